import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { VerifierUnavailable } from '../errors.ts';
import type { Verification, Verify } from './decision.ts';

interface TokenRules {
  /** The issuer of the tokens: their exact `iss`. */
  readonly issuer: string;
  /** The audience of the tokens: `aud` or, in a token without one, `client_id` (as in Amazon Cognito's tokens). */
  readonly audience: string;
  /** The address of the issuer's keys: `jwks_uri` of its OpenID configuration. */
  readonly jwksUrl: string;
  /** The prefix of this service's scopes in the tokens; '' for none. */
  readonly scopePrefix: string;
}

/**
 * Only signatures made with a private key. The token must not select the algorithm: if HMAC were allowed, the public
 * key would serve as the secret (RFC 8725, section 3.1).
 */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];

/** Seconds by which the clocks of the issuer and of Lambda may differ. */
const CLOCK_TOLERANCE = 30;

/** Seconds from now. A JWT cannot be revoked; 30 days is the longest lifetime that common issuers allow for access tokens. */
const MAX_LIFETIME = 31 * 86_400;

/** `typ` of an access token (RFC 9068, section 2.1); many issuers still write JWT, or nothing. */
const TYPES: ReadonlySet<string> = new Set(['jwt', 'at+jwt', 'application/at+jwt']);

/** Milliseconds. API Gateway's own JWT authorizers wait as long. */
const JWKS_TIMEOUT_MS = 1_500;

/** How many milliseconds the issuer's keys are cached, and so the longest that a withdrawn key still works. */
const JWKS_MAX_AGE_MS = 600_000;

/** Milliseconds between two fetches for an unknown key: invented key ids must not flood the issuer. */
const JWKS_COOLDOWN_MS = 30_000;

/**
 * The owner is stored in Postgres and in the history: it must not have control characters, and has the same limit as
 * the owner of a key.
 */
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
      return verificationOf(payload, rules);
    } catch (error) {
      // The message quotes the token, which has not been verified: a caller could write any text into the log.
      if (error instanceof errors.JOSEError) return { refused: `a token with ${error.code}` };
      throw error;
    }
  };
}

/** The issuer's keys. If they cannot be fetched, the token is not at fault. */
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
      const isAboutToken =
        error instanceof errors.JWKSNoMatchingKey ||
        error instanceof errors.JWKSMultipleMatchingKeys ||
        error instanceof errors.JOSENotSupported;
      if (isAboutToken) throw error;
      throw new VerifierUnavailable(`The issuer's keys could not be fetched from ${jwksUrl}`, { cause: error });
    }
  };
}

/**
 * An issuer signs other tokens with the same keys: ID tokens, logout tokens, and tokens bound to a key whose possession
 * a bearer does not prove (RFC 8725, section 3.11). `token_use` is specific to Amazon Cognito.
 */
function isAccessToken({ token_use: use, cnf: bound }: JWTPayload, typ: string | undefined): boolean {
  return TYPES.has((typ ?? 'jwt').toLowerCase()) && (use ?? 'access') === 'access' && bound === undefined;
}

function verificationOf(payload: JWTPayload, { audience, scopePrefix }: TokenRules): Verification {
  if ((payload.exp ?? 0) > Date.now() / 1_000 + MAX_LIFETIME) return { refused: 'a token that is valid for too long' };
  const audiences = [payload.aud ?? payload.client_id].flat();
  if (!audiences.includes(audience)) return { refused: 'a token for another audience' };
  const { sub: owner } = payload;
  if (typeof owner !== 'string' || !OWNER.test(owner))
    return { refused: 'a token with a subject that is not a valid owner' };
  return { principal: { owner, name: `sub:${owner}`, scopes: scopesOf(payload, scopePrefix) } };
}

/** `scope` is defined by RFC 9068; Microsoft Entra and Okta use `scp`, a string or a list. */
function scopesOf({ scope, scp }: JWTPayload, prefix: string): string[] {
  const claim = scope ?? scp;
  const granted = Array.isArray(claim) ? claim : typeof claim === 'string' ? claim.split(' ') : [];
  return granted
    .filter((name): name is string => typeof name === 'string' && name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((name) => /^\S+$/.test(name));
}
