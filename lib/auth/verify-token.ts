import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { type Verdict, VerifierUnavailable, type Verify } from './decision.ts';

export interface TokenRules {
  /** Who issues the tokens: their `iss`, character for character. */
  readonly issuer: string;
  /** Whom they must be for: their `aud`, or, in a token that has none, its `client_id` (as Amazon Cognito writes them). */
  readonly audience: string;
  /** Where the issuer publishes its keys: `jwks_uri` of its OpenID configuration. */
  readonly jwksUrl: string;
  /** What the issuer puts before the names of our scopes; '' for nothing. */
  readonly scopePrefix: string;
}

/**
 * Signatures by a private key only. A token does not choose: with an HMAC among them, our public key would be the secret
 * (RFC 8725, section 3.1).
 */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];

/** Seconds by which the clocks of the issuer and of Lambda may differ. */
const CLOCK_TOLERANCE = 30;

/** Seconds from now. A JWT cannot be revoked; 30 days is the longest lifetime that common issuers allow for access tokens. */
const MAX_LIFETIME = 31 * 86_400;

/** `typ` of an access token (RFC 9068, section 2.1); many issuers still write JWT, or nothing. */
const TYPES: ReadonlySet<string> = new Set(['jwt', 'at+jwt', 'application/at+jwt']);

/** Milliseconds. As long as API Gateway's own JWT authorizers wait for it. */
const JWKS_TIMEOUT_MS = 1_500;

/** Milliseconds that the issuer's keys are believed in, and so the longest that a withdrawn one still works. */
const JWKS_MAX_AGE_MS = 600_000;

/** Milliseconds between two fetches for a key that is not among them: made-up key ids must not flood the issuer. */
const JWKS_COOLDOWN_MS = 30_000;

/** An owner is stored in Postgres, and names who moved an order: no control characters, and as long as a key's owner. */
const OWNER = /^[^\p{Cc}\p{Cs}]{1,255}$/u;

/** Verifies access tokens that are JWTs (RFC 7519, RFC 9068). The owner is their subject. */
export function makeVerifyToken(rules: TokenRules): Verify {
  const keys = issuerKeys(rules.jwksUrl);
  const options = {
    issuer: rules.issuer,
    algorithms: ALGORITHMS,
    clockTolerance: CLOCK_TOLERANCE,
    requiredClaims: ['exp', 'sub'],
  };
  return async (token) => {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys, options);
      if (!isAccessToken(payload, protectedHeader.typ)) return { refused: 'a token that is not an access token' };
      return verdictOn(payload, rules);
    } catch (error) {
      // The message quotes the token, which nobody has verified yet: a caller could write anything into the log with it.
      if (error instanceof errors.JOSEError) return { refused: `a token with ${error.code}` };
      throw error;
    }
  };
}

/** The issuer's keys, whose absence is not the token's fault. */
function issuerKeys(jwksUrl: string): JWTVerifyGetKey {
  const fetchKey = createRemoteJWKSet(new URL(jwksUrl), {
    timeoutDuration: JWKS_TIMEOUT_MS,
    cacheMaxAge: JWKS_MAX_AGE_MS,
    cooldownDuration: JWKS_COOLDOWN_MS,
  });
  return async (header, token) => {
    try {
      return await fetchKey(header, token);
    } catch (error) {
      const isTokensFault =
        error instanceof errors.JWKSNoMatchingKey ||
        error instanceof errors.JWKSMultipleMatchingKeys ||
        error instanceof errors.JOSENotSupported;
      if (isTokensFault) throw error;
      throw new VerifierUnavailable(`The issuer's keys could not be had from ${jwksUrl}`, { cause: error });
    }
  };
}

/**
 * An issuer signs other tokens with the same keys: ID tokens, logout tokens, tokens bound to a key that a bearer does not
 * prove to have (RFC 8725, section 3.11). `token_use` is Amazon Cognito's.
 */
function isAccessToken({ token_use: use, cnf: bound }: JWTPayload, typ: string | undefined): boolean {
  return TYPES.has((typ ?? 'jwt').toLowerCase()) && (use ?? 'access') === 'access' && bound === undefined;
}

function verdictOn(payload: JWTPayload, { audience, scopePrefix }: TokenRules): Verdict {
  if ((payload.exp ?? 0) > Date.now() / 1_000 + MAX_LIFETIME) return { refused: 'a token that is valid for too long' };
  const audiences = [payload.aud ?? payload.client_id].flat();
  if (!audiences.includes(audience)) return { refused: 'a token for another audience' };
  const { sub: owner } = payload;
  if (typeof owner !== 'string' || !OWNER.test(owner)) return { refused: 'a token with a subject that is no owner' };
  return { principal: { owner, name: `sub:${owner}`, scopes: scopesOf(payload, scopePrefix) } };
}

/** `scope` is RFC 9068's; `scp`, a text or a list, is what Microsoft Entra and Okta write. */
function scopesOf({ scope, scp }: JWTPayload, prefix: string): string[] {
  const claim = scope ?? scp;
  const granted = Array.isArray(claim) ? claim : typeof claim === 'string' ? claim.split(' ') : [];
  return granted
    .filter((name): name is string => typeof name === 'string' && name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((name) => /^\S+$/.test(name));
}
