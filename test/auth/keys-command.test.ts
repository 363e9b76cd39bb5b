import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { operator } from '../../cli/operator.ts';
import { hashOf } from '../../lib/auth/api-key.ts';
import { ROUTES } from '../../lib/routes.ts';
import { runOrders } from '../cli/run-orders.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { connectPsql, type Psql } from '../support/psql.ts';
import '../support/starts-processes.ts';

let database: TestDatabase;
let psql: Psql;

beforeEach(async () => {
  database = await createTestDatabase();
  psql = await connectPsql(database.url);
});

afterEach(async () => {
  await psql.end();
  await database.drop();
});

const keys = (...args: string[]) => runOrders(['keys', ...args], { DATABASE_URL: database.url });

const CREATE = ['create', '--owner', 'shop-7', '--name', 'web', '--scopes', 'orders:write,orders:read'];

describe('npm run orders -- keys', () => {
  test('keys create prints a key and stores only its hash', async () => {
    const { code, output } = await keys(...CREATE);

    expect(code).toBe(0);
    const key = /^ob_[0-9A-Za-z]{49}$/m.exec(output)?.[0] ?? '';
    const [row] = await psql.rows<Record<string, unknown>>(
      `SELECT owner, name, scopes, encode(secret_sha256, 'hex') AS sha256, expires_at, revoked_at, created_by FROM api_keys`,
    );
    expect(row).toEqual({
      owner: 'shop-7',
      name: 'web',
      scopes: ['orders:write', 'orders:read'],
      sha256: hashOf(key),
      expires_at: null,
      revoked_at: null,
      created_by: operator(),
    });
    expect(await psql.value<string>('SELECT api_keys::text FROM api_keys')).not.toContain(key.slice(3, 46));
    expect((await keys('list')).output).not.toContain(key);
  });

  test('the database determines when a key expires', async () => {
    const { output } = await keys(...CREATE, '--expires-in-days', '30', '--json');

    const { expires_at: expiresAt, ...rest } = JSON.parse(output) as Record<string, unknown>;
    expect(rest).toEqual({
      id: 1,
      key: expect.stringMatching(/^ob_/),
      owner: 'shop-7',
      name: 'web',
      scopes: ['orders:write', 'orders:read'],
    });
    expect(await psql.value<string>(`SELECT (expires_at - created_at)::text FROM api_keys`)).toBe('30 days');
    expect(new Date(expiresAt as string).getTime()).toBeGreaterThan(Date.now() + 29.9 * 86_400_000);
  });

  test('keys list shows keys with their state', async () => {
    for (const name of ['a', 'b', 'c']) await keys(...CREATE.with(4, name));
    await psql.rows(`UPDATE api_keys SET expires_at = now() WHERE name = 'b'`);
    await keys('revoke', '3');

    const { code, output } = await keys('list', '--json');

    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject([
      { id: 1, name: 'a', state: 'active', revoked_at: null, created_by: operator(), revoked_by: null },
      { id: 2, name: 'b', state: 'expired' },
      { id: 3, name: 'c', state: 'revoked', revoked_at: expect.any(String), revoked_by: operator() },
    ]);
    expect((await keys('list')).output.trim().split('\n')).toEqual([
      expect.stringMatching(/^1\tactive\tshop-7\ta\torders:write orders:read\tsince \d{4}-\d\d-\d\d, created by \S+$/),
      expect.stringContaining('2\texpired'),
      expect.stringContaining('3\trevoked'),
    ]);
  });

  test('keys revoke keeps the time of the first revocation', async () => {
    await keys(...CREATE);
    expect(await keys('revoke', '1')).toMatchObject({ code: 0 });
    const first = await psql.value<string>('SELECT revoked_at::text FROM api_keys');

    expect((await keys('revoke', '1')).output).toContain('30 seconds');
    expect(await psql.value<string>('SELECT revoked_at::text FROM api_keys')).toBe(first);
  });

  test('keys revoke rejects an unknown key id', async () => {
    expect(await keys('revoke', '9')).toMatchObject({
      code: 1,
      stderr: 'Key 9 does not exist; `keys list` shows the keys.\n',
    });
  });

  const wrong: [string, string[], string][] = [
    ['no verb', [], 'create, list, or revoke'],
    ['an unknown verb', ['make'], 'create, list, or revoke'],
    ['an id that is none', ['revoke', 'web'], '"web" is not a key id'],
    ['a key of nobody', CREATE.with(2, ''), '--owner must have 1 to 255 characters'],
    ['a name of 101 characters', CREATE.with(4, 'x'.repeat(101)), '--name must have 1 to 100 characters'],
    ['a name with a line break', CREATE.with(4, 'a\nb'), 'none of them control characters'],
    ['no scopes', CREATE.slice(0, 5), '--scopes must be a comma-separated list of'],
    [
      'an unknown scope',
      CREATE.with(6, 'orders:all'),
      '--scopes must be a comma-separated list of metrics:read, orders:admin',
    ],
    ['the scope of public routes', CREATE.with(6, 'public'), '--scopes must be a comma-separated list of'],
    ['no time', [...CREATE, '--expires-in-days', '0'], '--expires-in-days must be a whole number from 1 to 3650'],
    ['an unknown option', [...CREATE, '--expires', '1'], "Unknown option '--expires'"],
  ];
  test.each(wrong)('keys create rejects %s in one line, and stores nothing', async (_, args, message) => {
    const { code, output } = await keys(...args);

    expect(code).toBe(2);
    expect(output.split('\n')[0]).toContain(message);
    expect(await psql.value<number>('SELECT count(*)::integer FROM api_keys')).toBe(0);
  });

  test('keys create and the table of routes have the same scopes', async () => {
    const scopes = [...new Set(ROUTES.map(({ scope }) => scope))].filter((scope) => scope !== 'public');

    expect(await keys(...CREATE.with(6, scopes.join(',')))).toMatchObject({ code: 0 });
    await expect(psql.rows(`UPDATE api_keys SET scopes = '{orders:all}'`)).rejects.toThrow('api_keys_scopes_known');
  });
});
