import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** What is known of a caller whose credential is good. */
export interface Principal {
  /** Whose orders these are: the owner of the key, or the subject of the token. */
  readonly owner: string;
  /** For the history and the access log: `key:3 (web)`, or `sub:` and the subject of the token. */
  readonly name: string;
  readonly scopes: readonly string[];
}

/**
 * The authorizer's word on one request, as the context that API Gateway hands on to the function. Texts only: what else a
 * context may hold differs between the payload formats.
 */
export type Decision =
  /** `scopes` are separated by spaces, as in OAuth 2.0 (RFC 6749, section 3.3). */
  | { readonly outcome: 'allowed'; readonly owner: string; readonly name: string; readonly scopes: string }
  /** `credential`: whether there was one; then it was wrong, expired or revoked. */
  | { readonly outcome: 'unauthenticated'; readonly credential: 'none' | 'invalid' }
  /** `needs`: the scope that the caller does not have. */
  | { readonly outcome: 'forbidden'; readonly needs: string }
  /** It could not be found out. */
  | { readonly outcome: 'unavailable' };

/** The authorizer's decision on this request; undefined when no authorizer was asked. */
export function decisionOf(event: APIGatewayProxyEventV2): Decision | undefined {
  const { authorizer } = event.requestContext as { authorizer?: { lambda?: Decision } };
  return authorizer?.lambda;
}

/** Whether a credential is good: whose it is, or why not, in a word for the log. */
export type Verdict = { readonly principal: Principal } | { readonly refused: string };

/** @throws VerifierUnavailable when it could not be found out. */
export type Verify = (credential: string) => Promise<Verdict>;

/** The database, or the issuer of the tokens, did not answer. Its text quotes nothing that a client sent. */
export class VerifierUnavailable extends Error {
  override readonly name = 'VerifierUnavailable';
}
