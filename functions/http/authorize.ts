import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda';
import { authorizer } from '../../lib/auth/authorizer.ts';
import type { Decision } from '../../lib/auth/decision.ts';
import { observed } from '../../lib/observability/observed.ts';

/**
 * The Lambda authorizer of every route that is not public. It says `isAuthorized` to all whom it could decide on, and the
 * function in front of which it stands acts on the decision (lib/auth/admit.ts): an HTTP API turns `false` into 403 only,
 * and a failure into 500, so neither 401 nor 503 could be said otherwise (docs/decisions). What it throws lets nobody in.
 */
export const handler = observed(async ({ routeKey, headers }: APIGatewayRequestAuthorizerEventV2): Promise<Answer> => {
  // API Gateway writes names in lower case; Serverless Offline leaves them to an authorizer as the client wrote them.
  const authorization = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  return { isAuthorized: true, context: await authorizer().decide({ routeKey, authorization }) };
});

type Answer = APIGatewaySimpleAuthorizerWithContextResult<Decision>;
