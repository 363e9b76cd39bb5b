import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { callerOf } from './caller.ts';

/** The owner whose orders this request may read and change, or null for all orders. Another owner's order is not found. */
export function ownerFilterOf(event: APIGatewayProxyEventV2): string | null {
  const { seesAll, owner } = callerOf(event);
  return seesAll ? null : owner;
}
