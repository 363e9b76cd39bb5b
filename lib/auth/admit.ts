import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type Config, ConfigError } from '../config.ts';
import { HttpError } from '../http/http-error.ts';
import { decisionOf } from './decision.ts';

/** Seconds. The database or the issuer of the tokens is back in about this time after a restart. */
const RETRY_AFTER_SECONDS = 2;

/**
 * Lets the request pass that the authorizer has let in. Nobody passes without a decision where callers are told apart: a
 * route that was left without its authorizer answers nobody.
 * @throws HttpError 401, 403 or 503, with the challenge of RFC 6750, section 3; ConfigError without a decision.
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
      throw new HttpError(403, `Forbidden: this needs the scope ${decision.needs}.`, {
        headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${decision.needs}"` },
      });
    case 'unavailable':
      throw new HttpError(503, 'Service temporarily unavailable. Please try again.', {
        headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
      });
    default:
      throw new ConfigError(`AUTH is ${auth}, and no authorizer decided on ${event.routeKey}: its event has none`);
  }
}

function unauthorized(challenge: string): HttpError {
  return new HttpError(401, 'Unauthorized: send a valid credential as "Authorization: Bearer …".', {
    headers: { 'www-authenticate': challenge },
  });
}
