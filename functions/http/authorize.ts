import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda';
import { authorizer } from '../../lib/auth/authorizer.ts';
import type { Decision } from '../../lib/auth/decision.ts';
import { observed } from '../../lib/observability/observed.ts';

/**
 * The Lambda authorizer of every route that is not public. It returns `isAuthorized: true` with every decision, and the
 * function behind it enforces the decision (lib/http/admit.ts). An HTTP API turns `false` into 403 and an error into 500,
 * so this is the only way to respond with 401 or 503 (docs/decisions). If it throws, API Gateway rejects the request.
 */
export const handler = observed(async ({ routeKey, headers }: APIGatewayRequestAuthorizerEventV2): Promise<Result> => {
  // API Gateway sends header names in lower case; Serverless Offline passes them to an authorizer as the client sent them.
  const authorization = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  return { isAuthorized: true, context: await authorizer().decide({ routeKey, authorization }) };
});

type Result = APIGatewaySimpleAuthorizerWithContextResult<Decision>;
