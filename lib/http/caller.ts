import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** Who asks. Reads and writes of orders pass `seesAll ? null : owner` to their SQL, so that another's order is not found. */
export interface Caller {
  /** Whose orders these are; '' without authorization. */
  readonly owner: string;
  readonly seesAll: boolean;
  /** For the history: who moved an order, and by which request. */
  readonly actor: string;
}

/**
 * What functions/http/authorize answers as its context, and API Gateway hands on as `requestContext.authorizer.lambda`.
 * Text only: what else a context may hold differs between the payload formats.
 */
export type AuthorizerContext = {
  readonly owner: string;
  /** The name of the key, or the subject of the token. */
  readonly name: string;
  /** Separated by spaces, as in OAuth 2.0 (RFC 6749, section 3.3). */
  readonly scopes: string;
};

/** The scope that sees every owner's orders. */
const SEES_ALL = 'orders:admin';

/** The caller that the authorizer let in; without one (a stage without authorization) a caller who sees everything. */
export function callerOf(event: APIGatewayProxyEventV2): Caller {
  const { requestId, authorizer } = event.requestContext as RequestContext;
  const decided = authorizer?.lambda;
  if (!decided) return { owner: '', seesAll: true, actor: `api ${requestId}` };
  const { owner, name, scopes } = decided;
  return { owner, seesAll: scopes.split(' ').includes(SEES_ALL), actor: `${name} ${requestId}` };
}

type RequestContext = APIGatewayProxyEventV2['requestContext'] & {
  readonly authorizer?: { readonly lambda?: AuthorizerContext };
};
