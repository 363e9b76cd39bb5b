import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { callerOf } from './caller.ts';

/** Whose orders this request may see and move: an owner's, or null for everyone's. Another's order is not found. */
export function ownerFilterOf(event: APIGatewayProxyEventV2): string | null {
  const { seesAll, owner } = callerOf(event);
  return seesAll ? null : owner;
}
