import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { decisionOf } from '../auth/decision.ts';

/** Who asks. Reads and writes of orders pass `seesAll ? null : owner` to their SQL, so that another's order is not found. */
export interface Caller {
  /** Whose orders these are; '' without authorization. */
  readonly owner: string;
  readonly seesAll: boolean;
  /** For the history: who moved an order, and by which request. */
  readonly actor: string;
}

/** The scope that sees every owner's orders. */
const SEES_ALL = 'orders:admin';

/**
 * The caller that the authorizer let in; without one (a stage without authorization) a caller who sees everything. That
 * there is one where there must be was settled before the handler ran (lib/auth/admit.ts).
 */
export function callerOf(event: APIGatewayProxyEventV2): Caller {
  const { requestId } = event.requestContext;
  const decision = decisionOf(event);
  if (!decision) return { owner: '', seesAll: true, actor: `api ${requestId}` };
  if (decision.outcome !== 'allowed') throw new Error(`A caller who is ${decision.outcome} got as far as the handler`);
  const { owner, name, scopes } = decision;
  return { owner, seesAll: scopes.split(' ').includes(SEES_ALL), actor: `${name} ${requestId}` };
}
