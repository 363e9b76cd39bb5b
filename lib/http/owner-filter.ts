import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { callerOf } from './caller.ts';

/**
 * The owner whose orders this request may read and change, or null for all orders. Another owner's order is not found.
 * @param asked the owner that the request names; it matters only to a caller who sees all orders
 */
export function ownerFilterOf(event: APIGatewayProxyEventV2, asked?: string): string | null {
  const { seesAll, owner } = callerOf(event);
  return seesAll ? (asked ?? null) : owner;
}
