import { ConfigError, VerifierUnavailable } from '../errors.ts';
import type { Logger } from '../observability/logger.ts';
import { ROUTES, type Route, routeKeyOf } from '../routes.ts';
import type { Decision, Verify } from './decision.ts';

const SCOPE_OF_ROUTE: ReadonlyMap<string, Route['scope']> = new Map(
  ROUTES.map((route) => [routeKeyOf(route), route.scope]),
);

/** A credential in the form of RFC 6750, section 2.1; the scheme is case-insensitive (RFC 9110, section 11.1). */
const BEARER = /^Bearer +([\w.~+/-]+=*) *$/i;

export interface Question {
  /** The name of the route in API Gateway: `GET /api/v1/orders/{order_id}`. */
  readonly routeKey: string;
  readonly authorization: string | undefined;
}

/**
 * Decides whether a caller can call a route: authenticates the caller, and checks that it has the scope that the table
 * of routes requires. It is a bug if the route is missing from the table, or is public but has the authorizer.
 * @throws ConfigError for such a route, and any error that is a defect; the request is then rejected
 */
export async function authorize(
  verify: Verify,
  logger: Logger,
  { routeKey, authorization }: Question,
): Promise<Decision> {
  const needs = SCOPE_OF_ROUTE.get(routeKey);
  if (needs === undefined || needs === 'public')
    throw new ConfigError(`The authorizer was invoked for ${routeKey}, which does not require a scope`);
  const credential = BEARER.exec(authorization ?? '')?.[1];
  if (credential === undefined) return { outcome: 'unauthenticated', credential: 'none' };
  try {
    const verification = await verify(credential);
    if ('refused' in verification) {
      logger.info('Rejected a credential', { route: routeKey, reason: verification.refused });
      return { outcome: 'unauthenticated', credential: 'invalid' };
    }
    const { owner, name, scopes } = verification.principal;
    if (scopes.includes(needs)) return { outcome: 'allowed', owner, name, scopes: scopes.join(' ') };
    logger.info('Rejected a caller without the required scope', { route: routeKey, reason: `needs ${needs}` });
    return { outcome: 'forbidden', needs };
  } catch (error) {
    if (!(error instanceof VerifierUnavailable)) throw error;
    logger.warn('A credential could not be verified', { route: routeKey, error });
    return { outcome: 'unavailable' };
  }
}
