import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { decisionOf } from '../auth/decision.ts';

/** The caller of a request. SQL on orders gets `seesAll ? null : owner`, so that another owner's order is not found. */
export interface Caller {
  /** The owner of the caller's orders; '' without authorization. */
  readonly owner: string;
  readonly seesAll: boolean;
  /** The caller and the request, for the history of an order. */
  readonly actor: string;
}

/** The scope that sees every owner's orders. */
const SEES_ALL = 'orders:admin';

/**
 * The caller that the authorizer allowed or, on a stage without authorization, a caller who sees everything. That a
 * decision exists wherever one is required was checked before the handler ran (lib/http/admit.ts).
 */
export function callerOf(event: APIGatewayProxyEventV2): Caller {
  const { requestId } = event.requestContext;
  const decision = decisionOf(event);
  if (!decision) return { owner: '', seesAll: true, actor: `api ${requestId}` };
  if (decision.outcome !== 'allowed') throw new Error(`A caller that is ${decision.outcome} reached the handler`);
  const { owner, name, scopes } = decision;
  return { owner, seesAll: scopes.split(' ').includes(SEES_ALL), actor: `${name} ${requestId}` };
}

/** True if a request names an owner whose orders its caller does not see. It must not be taken to mean the caller's own orders. */
export function namesAnotherOwner({ seesAll, owner }: Caller, asked: string | undefined): boolean {
  return !seesAll && asked !== undefined && asked !== owner;
}

/**
 * The owner whose orders this request may read and change, or null for all orders. Another owner's order is not found.
 * @param asked the owner that the request names; it matters only to a caller who sees all orders
 */
export function ownerFilterOf(event: APIGatewayProxyEventV2, asked?: string): string | null {
  const { seesAll, owner } = callerOf(event);
  return seesAll ? (asked ?? null) : owner;
}
