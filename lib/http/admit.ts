import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { decisionOf } from '../auth/decision.ts';
import type { Config } from '../config.ts';
import { ConfigError } from '../errors.ts';
import { HttpError, unavailable } from './http-error.ts';

/**
 * Enforces the authorizer's decision. On a stage with authorization, a request without a decision is always rejected, so a
 * route that was deployed without its authorizer serves nobody.
 * @throws HttpError 401, 403 or 503, with the challenge of RFC 6750, section 3; ConfigError without a decision
 */
export function admit(event: APIGatewayProxyEventV2, auth: Config['AUTH']): void {
  const decision = decisionOf(event);
  if (!decision && auth === 'none') return;
  switch (decision?.outcome) {
    case 'allowed':
      return;
    case 'unauthenticated':
      throw unauthorized(decision.credential === 'invalid' ? 'Bearer error="invalid_token"' : 'Bearer');
    case 'forbidden':
      throw new HttpError('forbidden', `Forbidden: the scope ${decision.needs} is required.`, {
        headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${decision.needs}"` },
      });
    case 'unavailable':
      throw unavailable();
    default:
      throw new ConfigError(`AUTH is ${auth}, but the event of ${event.routeKey} has no authorizer decision`);
  }
}

function unauthorized(challenge: string): HttpError {
  return new HttpError('unauthenticated', 'Unauthorized: send a valid credential as "Authorization: Bearer …".', {
    headers: { 'www-authenticate': challenge },
  });
}
