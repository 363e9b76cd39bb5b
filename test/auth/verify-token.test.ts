import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  CompactSign,
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import type { Verify } from '../../lib/auth/decision.ts';
import { makeVerifyToken } from '../../lib/auth/verify-token.ts';
import { VerifierUnavailable } from '../../lib/errors.ts';
import { inTime } from '../support/in-time.ts';

const ISSUER = 'https://login.example/';
const AUDIENCE = 'https://orders.example';

/** A claim that is undefined is left out. */
type Claims = Readonly<Record<string, unknown>>;

interface KeyPair {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}

const pairs = new Map<string, KeyPair>();

/** The issuer of the tokens, as far as we see it: where it publishes its keys. */
interface Issuer {
  readonly jwksUrl: string;
  readonly requests: number;
  /** What the next requests get. */
  answer: { status: number; body: string };
  close(): Promise<void>;
}

let issuer: Issuer;
let verify: Verify;

beforeAll(async () => {
  for (const [kid, alg] of [
    ['rsa', 'RS256'],
    ['pss', 'PS256'],
    ['ec', 'ES256'],
    ['ed', 'Ed25519'],
    ['stranger', 'RS256'],
  ] as const) {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    pairs.set(kid, { privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg } });
  }
});

beforeEach(async () => {
  issuer = await startIssuer();
  verify = makeVerifyToken({ issuer: ISSUER, audience: AUDIENCE, jwksUrl: issuer.jwksUrl, scopePrefix: '' });
});

afterEach(() => issuer.close());

async function startIssuer(): Promise<Issuer> {
  let requests = 0;
  const published = ['rsa', 'pss', 'ec', 'ed'].map((kid) => pairOf(kid).jwk);
  let answer = { status: 200, body: JSON.stringify({ keys: published }) };
  const server: Server = createServer((_, response) => {
    requests += 1;
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    get requests() {
      return requests;
    },
    get answer() {
      return answer;
    },
    set answer(next) {
      answer = next;
    },
    async close() {
      if (!server.listening) return;
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

function pairOf(kid: string): KeyPair {
  const pair = pairs.get(kid);
  if (!pair) throw new Error(`no key ${kid}`);
  return pair;
}

const seconds = () => Math.floor(Date.now() / 1_000);

const claims = (): Claims => ({
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'shop-7',
  exp: seconds() + 600,
  scope: 'orders:read orders:write',
});

function sign(changes: Claims = {}, kid = 'rsa', header: Claims = {}): Promise<string> {
  const { privateKey, jwk } = pairOf(kid);
  const protectedHeader = { alg: jwk.alg ?? '', kid, ...header };
  return new SignJWT({ ...claims(), ...changes }).setProtectedHeader(protectedHeader).sign(privateKey);
}

const SHOP_7 = { principal: { owner: 'shop-7', name: 'sub:shop-7', scopes: ['orders:read', 'orders:write'] } };

test('an issuer that never responds is unavailable long before API Gateway gives up', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const jwksUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/jwks`;
  try {
    const verify = makeVerifyToken({ issuer: ISSUER, audience: AUDIENCE, jwksUrl, scopePrefix: '' });
    const verifying = verify(await sign()).catch((error: unknown) => error);
    // API Gateway gives an authorizer 10 s; the timeout is 1.5 s.
    expect(await inTime(5_000, verifying)).toBeInstanceOf(VerifierUnavailable);
  } finally {
    silent.closeAllConnections();
    await once(silent.close(), 'close');
  }
});

describe('verifying tokens', () => {
  for (const kid of ['rsa', 'pss', 'ec', 'ed'])
    test(`a token that is signed with the issuer's ${kid} key is accepted`, async () => {
      expect(await verify(await sign({}, kid))).toEqual(SHOP_7);
    });

  const good: [string, Claims][] = [
    ['has several audiences', { aud: ['https://other.example', AUDIENCE] }],
    ['has no audience but a client id, as those of Amazon Cognito', { aud: undefined, client_id: AUDIENCE }],
    ['expired a moment ago, by our clock', { exp: seconds() - 20 }],
    ['is valid from in a moment on, by our clock', { nbf: seconds() + 20 }],
    ['has its scopes as a text in scp', { scope: undefined, scp: 'orders:read orders:write' }],
    ['has its scopes as a list in scp', { scope: undefined, scp: ['orders:read', 'orders:write'] }],
  ];
  test.each(good)('a token that %s is accepted', async (_, changes) => {
    expect(await verify(await sign(changes))).toEqual(SHOP_7);
  });

  const bad: [string, Claims][] = [
    ['has expired', { exp: seconds() - 60 }],
    ['never expires', { exp: undefined }],
    ['is not valid yet', { nbf: seconds() + 60 }],
    ['is of another issuer', { iss: 'https://login.example' }],
    ['is of no issuer', { iss: undefined }],
    ['is for another audience', { aud: 'https://other.example' }],
    ['is for another audience, whatever its client id', { aud: 'https://other.example', client_id: AUDIENCE }],
    ['is for nobody', { aud: undefined }],
    ['is for an empty list', { aud: [] }],
    ['has no subject', { sub: undefined }],
    ['has an empty subject', { sub: '' }],
    ['has NUL in its subject', { sub: 'shop\0' }],
    ['has a subject of 256 characters', { sub: 'x'.repeat(256) }],
  ];
  test.each(bad)('a token that %s is rejected', async (_, changes) => {
    expect(await verify(await sign(changes))).toEqual({ refused: expect.stringContaining('a token') });
  });

  test('a token without a signature is rejected', async () => {
    const token = new UnsecuredJWT(claims()).encode();
    expect(await verify(token)).toHaveProperty('refused');
    expect(await verify(`${token}AAAA`)).toHaveProperty('refused');
  });

  test('a token that uses the public key as an HMAC secret is rejected', async () => {
    const secret = new TextEncoder().encode(await exportSPKI(pairOf('rsa').publicKey));
    const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: 'rsa' }).sign(secret);
    expect(await verify(token)).toHaveProperty('refused');
  });

  test("a token that is signed with another key is rejected, under that key's id and under the issuer's", async () => {
    expect(await verify(await sign({}, 'stranger'))).toHaveProperty('refused');
    const { privateKey } = pairOf('stranger');
    const forged = await new SignJWT(claims()).setProtectedHeader({ alg: 'RS256', kid: 'rsa' }).sign(privateKey);
    expect(await verify(forged)).toHaveProperty('refused');
  });

  test.each(['logout+jwt', 'dpop+jwt', 'secevent+jwt', ''])('a token of type "%s" is rejected', async (typ) => {
    expect(await verify(await sign({}, 'rsa', { typ }))).toEqual({ refused: 'a token that is not an access token' });
  });

  test.each(['JWT', 'at+jwt', 'AT+JWT', 'application/at+jwt'])(
    'an access token of type %s is accepted',
    async (typ) => {
      expect(await verify(await sign({}, 'rsa', { typ }))).toEqual(SHOP_7);
    },
  );

  test.each<[string, Claims]>([
    ['an ID token of Amazon Cognito', { token_use: 'id' }],
    ['a token bound to a key of the client', { cnf: { jkt: 'x' } }],
  ])('a token is rejected: %s', async (_, changes) => {
    expect(await verify(await sign(changes))).toEqual({ refused: 'a token that is not an access token' });
  });

  // The last one is Infinity once it is parsed.
  test.each(['5e9', '1e300', '1e400'])('a token that expires at %s is rejected', async (exp) => {
    const payload = JSON.stringify({ ...claims(), exp: 0 }).replace('"exp":0', `"exp":${exp}`);
    const token = await new CompactSign(new TextEncoder().encode(payload))
      .setProtectedHeader({ alg: 'RS256', kid: 'rsa' })
      .sign(pairOf('rsa').privateKey);
    expect(await verify(token)).toEqual({ refused: 'a token that is valid for too long' });
  });

  test('the reason for rejecting a token names the kind of error and quotes nothing of the token', async () => {
    const header = { alg: 'RS256', kid: 'rsa', crit: ['jane@example.com'], 'jane@example.com': 1 };
    const [head, rest] = [
      Buffer.from(JSON.stringify(header)).toString('base64url'),
      (await sign()).split('.').slice(1),
    ];
    expect(await verify([head, ...rest].join('.'))).toEqual({ refused: 'a token with ERR_JOSE_NOT_SUPPORTED' });
  });

  test('a token that contains its own key is rejected', async () => {
    const { privateKey, jwk } = pairOf('stranger');
    const { kid, ...own } = jwk;
    const header = { alg: 'RS256', jwk: own, jku: 'https://stranger.example/jwks' };
    const token = await new SignJWT(claims()).setProtectedHeader(header).sign(privateKey);
    expect(await verify(token)).toHaveProperty('refused');
  });

  test('a token that was changed after it was signed is rejected', async () => {
    const [header, , signature] = (await sign()).split('.');
    const payload = Buffer.from(JSON.stringify({ ...claims(), sub: 'shop-8' })).toString('base64url');
    expect(await verify(`${header}.${payload}.${signature}`)).toHaveProperty('refused');
  });

  test('text that is not a token is rejected without a request to the issuer', async () => {
    for (const text of ['x', 'a.b.c', '..', 'ob_0000000000000000000000000000000000000000000000000'])
      expect(await verify(text)).toHaveProperty('refused');
    expect(issuer.requests).toBe(0);
  });

  const odd: [string, Claims, string[]][] = [
    ['no scopes', { scope: undefined }, []],
    ['an empty scope', { scope: '' }, []],
    ['a number for a scope', { scope: 7 }, []],
    ['numbers among its scopes', { scope: undefined, scp: ['orders:read', 7, null] }, ['orders:read']],
    ['scopes with spaces in a list', { scope: undefined, scp: ['x orders:admin'] }, []],
  ];
  test.each(odd)('a token gets no scopes for %s', async (_, changes, scopes) => {
    expect(await verify(await sign(changes))).toMatchObject({ principal: { scopes } });
  });

  test('only scopes with the configured prefix of the issuer are used', async () => {
    const cognito = makeVerifyToken({
      issuer: ISSUER,
      audience: AUDIENCE,
      jwksUrl: issuer.jwksUrl,
      scopePrefix: 'orders-api/',
    });
    const token = await sign({ scope: 'orders-api/orders:read billing/orders:write orders:admin' });
    expect(await cognito(token)).toMatchObject({ principal: { scopes: ['orders:read'] } });
  });

  test('the keys of the issuer are fetched once', async () => {
    await Promise.all([verify(await sign()), verify(await sign({}, 'ec')), verify(await sign())]);
    await verify(await sign());
    expect(issuer.requests).toBe(1);
  });

  test('invented key ids do not cause repeated requests to the issuer', async () => {
    await verify(await sign());
    for (let n = 0; n < 20; n += 1) expect(await verify(await sign({}, 'stranger'))).toHaveProperty('refused');
    expect(issuer.requests).toBe(1);
  });

  const outages: [string, { status: number; body: string } | undefined][] = [
    ['has an outage', { status: 500, body: 'down' }],
    ['sends one elsewhere', { status: 302, body: '' }],
    ['answers with a page', { status: 200, body: '<html>' }],
    ['answers with something else', { status: 200, body: '{"keys":1}' }],
    ['is gone', undefined],
  ];
  test.each(outages)('tokens cannot be verified while the issuer %s', async (_, answer) => {
    if (answer) issuer.answer = answer;
    else await issuer.close();
    await expect(verify(await sign())).rejects.toThrow(VerifierUnavailable);
  });

  test('tokens are verified with the cached keys while the issuer is down', async () => {
    await verify(await sign());
    await issuer.close();
    expect(await verify(await sign())).toEqual(SHOP_7);
    expect(await verify(await sign({}, 'stranger'))).toHaveProperty('refused');
  });

  test('tokens are verified again when the issuer is back', async () => {
    const { answer } = issuer;
    issuer.answer = { status: 503, body: '' };
    await expect(verify(await sign())).rejects.toThrow(VerifierUnavailable);
    issuer.answer = answer;
    expect(await verify(await sign())).toEqual(SHOP_7);
  });
});
