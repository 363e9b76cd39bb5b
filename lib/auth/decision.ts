import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** An authenticated caller. */
export interface Principal {
  /** The owner of the caller's orders: the owner of the key, or the subject of the token. */
  readonly owner: string;
  /** The caller's name in the history and the access log: `key:3 (web)`, or `sub:` and the subject of the token. */
  readonly name: string;
  readonly scopes: readonly string[];
}

/**
 * The authorizer's decision on one request, in the form of the context that API Gateway passes to the function. All
 * values are strings, because support for other types differs between the payload formats.
 */
export type Decision =
  /** `scopes` are separated by spaces, as in OAuth 2.0 (RFC 6749, section 3.3). */
  | { readonly outcome: 'allowed'; readonly owner: string; readonly name: string; readonly scopes: string }
  /** `credential`: `none` if there was no credential; otherwise it was wrong, expired or revoked. */
  | { readonly outcome: 'unauthenticated'; readonly credential: 'none' | 'invalid' }
  /** `needs`: the scope that the caller lacks. */
  | { readonly outcome: 'forbidden'; readonly needs: string }
  /** The caller could not be authenticated. */
  | { readonly outcome: 'unavailable' };

/** The authorizer's decision on this request; undefined if the route has no authorizer. */
export function decisionOf(event: APIGatewayProxyEventV2): Decision | undefined {
  const { authorizer } = event.requestContext as { authorizer?: { lambda?: Decision } };
  return authorizer?.lambda;
}

/** The result of verifying a credential: the caller, or the reason for the rejection, for the log. */
export type Verification = { readonly principal: Principal } | { readonly refused: string };

/** @throws VerifierUnavailable if the credential could not be verified */
export type Verify = (credential: string) => Promise<Verification>;
