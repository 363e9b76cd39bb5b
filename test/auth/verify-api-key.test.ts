import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { hashOf, makeApiKey } from '../../lib/auth/api-key.ts';
import type { Verify } from '../../lib/auth/decision.ts';
import { insertApiKey } from '../../lib/auth/sql/insert-api-key.ts';
import { revokeApiKey } from '../../lib/auth/sql/revoke-api-key.ts';
import { KEY_CACHE_SECONDS, makeVerifyApiKey } from '../../lib/auth/verify-api-key.ts';
import type { Database } from '../../lib/database/database.ts';
import { connectPg } from '../../lib/database/pg.ts';
import { VerifierUnavailable } from '../../lib/errors.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

let testDatabase: TestDatabase;
let proxy: TcpProxy;
let database: Database;
let queries: number;
/** Milliseconds, of the container's clock. */
let now: number;
let verify: Verify;

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  proxy = await startTcpProxy(testDatabase.url);
  database = connectPg({
    url: proxy.url,
    poolSize: 2,
    statementTimeoutMs: 3_000,
    connectTimeoutMs: 3_000,
    logger: recordingLogger(),
  });
  queries = 0;
  now = 0;
  const counted: Database = {
    ...database,
    query: (sql, parameters) => {
      queries += 1;
      return database.query(sql, parameters);
    },
  };
  verify = makeVerifyApiKey(counted, () => now);
});

afterEach(async () => {
  await database.close();
  await proxy.close();
  await testDatabase.drop();
});

interface Made {
  readonly id: number;
  readonly key: string;
}

async function makeKey(expiresInDays: number | null = null): Promise<Made> {
  const key = makeApiKey();
  const { id } = await insertApiKey(database, {
    owner: 'shop-7',
    name: 'web',
    scopes: ['orders:read', 'orders:write'],
    expiresInDays,
    sha256: hashOf(key),
  });
  return { id, key };
}

const GOOD = {
  principal: {
    owner: 'shop-7',
    name: expect.stringMatching(/^key:\d+ \(web\)$/),
    scopes: ['orders:read', 'orders:write'],
  },
};
const REFUSED = { refused: 'an API key that is unknown, expired or revoked' };

const laterBy = (seconds: number) => {
  now += seconds * 1_000;
};

describe('verifying API keys', () => {
  test('verifying an API key returns its owner', async () => {
    const { key } = await makeKey(1);
    expect(await verify(key)).toMatchObject(GOOD);
  });

  test('two API keys with the same name differ by their ids', async () => {
    const [first, second] = [await makeKey(), await makeKey()];
    expect(await verify(first.key)).toMatchObject({ principal: { name: `key:${first.id} (web)` } });
    expect(await verify(second.key)).toMatchObject({ principal: { name: `key:${second.id} (web)` } });
  });

  test('an unknown API key is rejected, and accepted as soon as it is created', async () => {
    const key = makeApiKey();
    expect(await verify(key)).toEqual(REFUSED);

    await insertApiKey(database, {
      owner: 'shop-7',
      name: 'web',
      scopes: ['orders:read'],
      expiresInDays: null,
      sha256: hashOf(key),
    });
    expect(await verify(key)).toHaveProperty('principal');
  });

  test('text that cannot be an API key is rejected without a database query', async () => {
    const { key } = await makeKey();
    for (const text of ['', 'ob_', `${key}x`, key.toLowerCase(), 'eyJhbGciOiJub25lIn0.e30.'])
      expect(await verify(text)).toEqual({ refused: 'not an API key, or mistyped' });
    expect(queries).toBe(0);
  });

  test('an API key that is used often needs one database query', async () => {
    const { key } = await makeKey();
    for (let n = 0; n < 10; n += 1) expect(await verify(key)).toMatchObject(GOOD);
    expect(queries).toBe(1);
  });

  test('concurrent requests with one API key share one database query', async () => {
    const { key } = await makeKey();
    const verifications = await Promise.all(Array.from({ length: 100 }, () => verify(key)));
    expect(verifications.every((verification) => 'principal' in verification)).toBe(true);
    expect(queries).toBe(1);
  });

  test('a revoked API key is rejected once its cache entry has expired', async () => {
    const { id, key } = await makeKey();
    await verify(key);
    await revokeApiKey(database, id);

    laterBy(KEY_CACHE_SECONDS - 0.001);
    expect(await verify(key)).toMatchObject(GOOD);
    laterBy(0.001);
    expect(await verify(key)).toEqual(REFUSED);
    expect(await verify(key)).toEqual(REFUSED);
  });

  test('an expired API key is rejected by the clock of the database', async () => {
    const { id, key } = await makeKey(1);
    await database.query('UPDATE api_keys SET expires_at = now() WHERE id = $1::integer', [id]);
    expect(await verify(key)).toEqual(REFUSED);
  });

  test('an API key is not cached beyond its expiry', async () => {
    const { id, key } = await makeKey(1);
    await database.query(`UPDATE api_keys SET expires_at = now() + interval '20 seconds' WHERE id = $1::integer`, [id]);
    expect(await verify(key)).toMatchObject(GOOD);
    await database.query('UPDATE api_keys SET expires_at = now() WHERE id = $1::integer', [id]);

    laterBy(20);
    expect(await verify(key)).toEqual(REFUSED);
  });

  test('the cache of API keys evicts the oldest of more than a thousand keys', async () => {
    const first = await makeKey();
    await verify(first.key);
    await database.query(
      `INSERT INTO api_keys (owner, name, scopes, secret_sha256)
       SELECT 'shop-8', 'n', '{orders:read}', decode(sha256, 'hex') FROM json_array_elements_text($1::json) AS sha256`,
      [JSON.stringify(others.map(hashOf))],
    );
    for (const key of others.slice(0, 999)) await verify(key);
    const before = queries;
    await verify(first.key);
    expect(queries).toBe(before);

    await verify(others[999] as string);
    await verify(first.key);
    expect(queries).toBe(before + 2);
  });

  test('the cache of API keys evicts a key last after it was looked up again', async () => {
    const first = await makeKey();
    await verify(first.key);
    await database.query(
      `INSERT INTO api_keys (owner, name, scopes, secret_sha256)
       SELECT 'shop-8', 'n', '{orders:read}', decode(sha256, 'hex') FROM json_array_elements_text($1::json) AS sha256`,
      [JSON.stringify(others.map(hashOf))],
    );
    for (const key of others.slice(0, 999)) await verify(key);
    laterBy(KEY_CACHE_SECONDS);
    await verify(first.key);
    await verify(others[999] as string);
    const before = queries;

    await verify(first.key);
    expect(queries).toBe(before);
  });

  test('guessing many API keys does not evict a valid one', async () => {
    const { key } = await makeKey();
    await verify(key);
    for (const wrong of others) await verify(wrong);
    const before = queries;

    await verify(key);
    expect(queries).toBe(before);
  });

  describe('while the database does not answer', () => {
    for (const state of ['closed', 'silent'] as const)
      test(`(${state}) an API key cannot be verified while the database does not respond`, async () => {
        const { key } = await makeKey();
        await proxy.become(state);
        await expect(verify(key)).rejects.toThrow(VerifierUnavailable);

        await proxy.become('open');
        expect(await verify(key)).toMatchObject(GOOD);
      });

    test('a cached API key keeps working while the database does not respond, until it expires from the cache', async () => {
      const { key } = await makeKey();
      await verify(key);
      await proxy.become('closed');

      expect(await verify(key)).toMatchObject(GOOD);
      laterBy(KEY_CACHE_SECONDS);
      await expect(verify(key)).rejects.toThrow(VerifierUnavailable);
    });
  });

  test('a bug in verifying API keys is not reported as an outage', async () => {
    const { key } = await makeKey();
    await database.query('ALTER TABLE api_keys RENAME TO gone');
    await expect(verify(key)).rejects.toThrow('api_keys');
    await expect(verify(key)).rejects.not.toThrow(VerifierUnavailable);
  });
});

const others = Array.from({ length: 1_000 }, () => makeApiKey());
