import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda';
import { authorizer } from '../../lib/auth/authorizer.ts';
import type { Decision } from '../../lib/auth/decision.ts';
import { observed } from '../../lib/observability/observed.ts';

/**
 * The Lambda authorizer of every route that is not public. It says `isAuthorized` to all whom it could decide on, and the
 * function in front of which it stands acts on the decision (lib/auth/admit.ts): an HTTP API turns `false` into 403 only,
 * and a failure into 500, so neither 401 nor 503 could be said otherwise (docs/decisions). What it throws lets nobody in.
 */
export const handler = observed(
  async ({ routeKey, identitySource }: APIGatewayRequestAuthorizerEventV2): Promise<Answer> => {
    // The identity source is the Authorization header, and comes here whatever the case of its name.
    const decision = await authorizer().decide({ routeKey, authorization: identitySource?.[0] });
    return { isAuthorized: true, context: decision };
  },
);

type Answer = APIGatewaySimpleAuthorizerWithContextResult<Decision>;
