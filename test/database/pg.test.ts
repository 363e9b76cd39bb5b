import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Database } from '../../lib/database/database.ts';
import { connectPg } from '../../lib/database/pg.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { connectPsql, type Psql } from '../support/psql.ts';
import { type RecordingLogger, recordingLogger } from '../support/recording-logger.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { waitUntil } from '../support/wait-until.ts';

let own: TestDatabase;
let psql: Psql;
let logger: RecordingLogger;
/** What the tests connected, closed after each. */
const connected: Database[] = [];

beforeAll(async () => {
  own = await createTestDatabase();
  psql = await connectPsql(own.url);
});

afterEach(async () => {
  for (const database of connected.splice(0)) await database.close();
});

afterAll(async () => {
  await psql.end();
  await own.drop();
});

function connect({ url = own.url, poolSize = 2, statementTimeoutMs = 5_000, connectTimeoutMs = 5_000 } = {}): Database {
  logger = recordingLogger();
  const database = connectPg({ url, poolSize, statementTimeoutMs, connectTimeoutMs, logger });
  connected.push(database);
  return database;
}

async function backendOf(database: Database): Promise<number> {
  const [row] = await database.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return row?.pid ?? 0;
}

const terminate = (pid: number) => psql.rows('SELECT pg_terminate_backend($1)', [pid]);

const sessions = () =>
  psql.value<number>(
    `SELECT count(*)::integer FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'orders'`,
  );

test('a connection is kept alive, so that one that was cut while its container was frozen is noticed', async () => {
  const keepAlive = jest.spyOn(Socket.prototype, 'setKeepAlive');
  try {
    await connect().query('SELECT 1 AS n');
    expect(keepAlive.mock.calls.map(([isOn]) => isOn)).toContain(true);
  } finally {
    keepAlive.mockRestore();
  }
});

test('a statement is prepared once per connection, if requested', async () => {
  const database = connect({ poolSize: 1 });
  const sql = 'SELECT $1::integer + 1 AS sum';
  const prepared = () =>
    database.query('SELECT statement, generic_plans + custom_plans AS runs FROM pg_prepared_statements');

  expect(await database.query(sql, [1])).toEqual([{ sum: 2 }]);
  expect(await prepared()).toEqual([]);
  expect(await database.query(sql, [2], { prepared: true })).toEqual([{ sum: 3 }]);
  expect(await database.query(sql, [3], { prepared: true })).toEqual([{ sum: 4 }]);
  expect(await prepared()).toEqual([{ statement: sql, runs: 2 }]);
});

/** A pooler as the driver sees one: it relays the session, with a process id of its own making in BackendKeyData. */
async function startPooler(databaseUrl: string): Promise<{ url: string; close(): Promise<void> }> {
  const { hostname, port } = new URL(databaseUrl);
  const pooler = createServer((client) => {
    const server = createConnection(Number(port), hostname);
    client.pipe(server).on('data', (bytes) => {
      const key = bytes.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]));
      if (key >= 0) bytes.writeInt32BE(1, key + 5);
      client.write(bytes);
    });
    server.on('close', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(pooler, 'listening');
  const url = new URL(databaseUrl);
  url.port = String((pooler.address() as AddressInfo).port);
  return { url: url.href, close: async () => void (await once(pooler.close(), 'close')) };
}

test('a statement is never prepared behind a pooler, whose sessions are shared', async () => {
  const pooler = await startPooler(own.url);
  const database = connect({ url: pooler.url, poolSize: 1 });
  expect(await database.query('SELECT 1 + 1 AS sum', [], { prepared: true })).toEqual([{ sum: 2 }]);
  expect(await database.query('SELECT name FROM pg_prepared_statements')).toEqual([]);
  await database.close();
  await pooler.close();
});

test('a prepared statement that is gone or outdated costs its connection, and can be retried on another', async () => {
  const database = connect({ poolSize: 1 });
  await database.query('CREATE TABLE outdated (value integer)');
  const insert = () =>
    database.query('INSERT INTO outdated VALUES (1) RETURNING value', [], { prepared: true }).catch((error) => error);
  const harms = ['DEALLOCATE ALL', 'ALTER TABLE outdated ALTER value TYPE text'];
  const answers: unknown[] = [await insert()];
  for (const harm of harms) {
    await database.query(harm);
    answers.push(await insert(), await insert());
  }

  expect(answers).toMatchObject([
    [{ value: 1 }],
    { sqlState: '26000', retryable: true },
    [{ value: 1 }],
    { sqlState: '0A000', retryable: true },
    [{ value: '1' }],
  ]);
});

describe('the pool', () => {
  test('the pool reuses a connection', async () => {
    const database = connect();

    expect(await backendOf(database)).toBe(await backendOf(database));
  });

  test('the pool never opens more connections than its size, and serves every caller', async () => {
    const database = connect({ poolSize: 2 });

    const backends = await Promise.all(Array.from({ length: 50 }, () => backendOf(database)));

    expect(new Set(backends).size).toBeLessThanOrEqual(2);
  });

  test('the pool survives the end of an idle connection, logs it, and continues', async () => {
    const database = connect({ poolSize: 1 });
    const pid = await backendOf(database);

    await terminate(pid);
    await waitUntil('the loss is noticed', () => logger.entries.length > 0);

    expect(logger.entries).toMatchObject([{ level: 'warn', message: 'An idle database connection was lost' }]);
    expect(await backendOf(database)).not.toBe(pid);
  });

  test('a statement whose connection ends fails, and the pool continues', async () => {
    const database = connect({ poolSize: 1 });
    const pid = await backendOf(database);
    const slow = database.query('SELECT pg_sleep(30)');
    const verdict = expect(slow).rejects.toMatchObject({ kind: 'unavailable', retryable: true });
    await waitUntil(
      'it runs',
      async () => (await psql.value('SELECT state FROM pg_stat_activity WHERE pid = $1', [pid])) === 'active',
    );

    await terminate(pid);

    await verdict;
    expect(await backendOf(database)).not.toBe(pid);
  });

  test('a transaction whose connection ends between two statements fails, and the pool continues', async () => {
    const database = connect({ poolSize: 1 });
    const transaction = database.transaction(async ({ query }) => {
      await query('CREATE TABLE half_done (id integer)');
      const [row] = await query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await terminate(row?.pid ?? 0);
      await waitUntil(
        'it is gone',
        async () => (await psql.rows('SELECT FROM pg_stat_activity WHERE pid = $1', [row?.pid])).length === 0,
      );
      await query('SELECT 1');
    });

    await expect(transaction).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await database.query(`SELECT to_regclass('half_done') AS table`)).toEqual([{ table: null }]);
  });

  test('the pool survives the end of all its connections, ten times', async () => {
    const database = connect({ poolSize: 4 });
    for (let n = 0; n < 10; n += 1) {
      const pids = new Set(await Promise.all(Array.from({ length: 8 }, () => backendOf(database))));
      for (const pid of pids) await terminate(pid);
      // One may fail for each connection whose end nobody has noticed yet, and no more.
      const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => backendOf(database)));
      expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeLessThanOrEqual(4);
      await backendOf(database);
    }
  });

  test('the pool keeps a connection on which a statement was rejected', async () => {
    const database = connect({ poolSize: 1 });
    const pid = await backendOf(database);

    await expect(database.query('SELECT 1/0')).rejects.toMatchObject({ kind: 'refused' });
    await expect(
      database.transaction(async ({ query }) => {
        await query('SELECT 1/0');
      }),
    ).rejects.toMatchObject({ kind: 'refused' });

    expect(await backendOf(database)).toBe(pid);
  });

  test('the pool never reuses a connection on which a transaction may be open', async () => {
    const proxy = await forThisTest(startTcpProxy(own.url));
    const database = connect({ url: proxy.url, poolSize: 1, statementTimeoutMs: 1_000 });
    await expect(
      database.transaction(async ({ query }) => {
        await query('CREATE TABLE never (id integer)');
        await proxy.become('silent');
        await query('SELECT 1');
      }),
    ).rejects.toMatchObject({ kind: 'unavailable' });

    await proxy.become('open');

    expect(await database.query(`SELECT to_regclass('never') AS table`)).toEqual([{ table: null }]);
  });

  test('closing the pool closes every connection', async () => {
    const database = connectPg({
      url: own.url,
      poolSize: 4,
      statementTimeoutMs: 5_000,
      connectTimeoutMs: 5_000,
      logger: recordingLogger(),
    });
    await Promise.all(Array.from({ length: 8 }, () => backendOf(database)));
    expect(await sessions()).toBeGreaterThan(0);

    await database.close();

    await waitUntil('all sessions are gone', async () => (await sessions()) === 0);
  });
});

describe('a statement that takes too long', () => {
  test('a statement that takes too long is cancelled by the server, and unavailable', async () => {
    const database = connect({ statementTimeoutMs: 200 });

    await expect(database.query('SELECT pg_sleep(30)')).rejects.toMatchObject({
      kind: 'unavailable',
      sqlState: '57014',
    });

    // The session reports that it is idle a moment after it has sent the error.
    await waitUntil('the server has ended it', () =>
      psql.value<boolean>(
        `SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(30)' AND state = 'active')`,
      ),
    );
  });

  test('a statement without a reply is given up by the client, a little later', async () => {
    const proxy = await forThisTest(startTcpProxy(own.url));
    const database = connect({ url: proxy.url, poolSize: 1, statementTimeoutMs: 1_000 });
    await backendOf(database);
    await proxy.become('silent');
    const askedAt = performance.now();

    await expect(backendOf(database)).rejects.toMatchObject({ kind: 'unavailable', sqlState: undefined });

    expect(performance.now() - askedAt).toBeGreaterThan(1_000);
  });
});

describe('no connection', () => {
  /** A server that is not Postgres; returns its port. */
  async function listen(onConnection: (socket: Socket) => void): Promise<number> {
    const server = createServer(onConnection).listen(0, '127.0.0.1');
    await once(server, 'listening');
    await forThisTest(Promise.resolve({ close: async () => server.close() }));
    return (server.address() as AddressInfo).port;
  }

  test('a connection that is refused is unavailable immediately', async () => {
    const proxy = await startTcpProxy(own.url);
    await proxy.close();

    await expect(backendOf(connect({ url: proxy.url }))).rejects.toMatchObject({
      kind: 'unavailable',
      sqlState: undefined,
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('a connection without a reply is unavailable after the timeout', async () => {
    const port = await listen(() => {});
    const database = connect({ url: `postgres://u@127.0.0.1:${port}/d`, connectTimeoutMs: 200 });

    await expect(backendOf(database)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  test('a connection to another protocol is unavailable or a defect, and does not hang', async () => {
    const port = await listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));

    await expect(backendOf(connect({ url: `postgres://u@127.0.0.1:${port}/d` }))).rejects.toMatchObject({
      name: 'DatabaseError',
    });
  });

  test('waiting too long for a free connection is unavailable, and the pool continues once one is free', async () => {
    // Enough for the first connection on a busy machine.
    const database = connect({ poolSize: 1, connectTimeoutMs: 1_000 });
    await backendOf(database);
    const busy = database.query('SELECT pg_sleep(1.5)');

    await expect(backendOf(database)).rejects.toMatchObject({ kind: 'unavailable' });

    await busy;
    await backendOf(database);
  });

  test('a connection to a database that does not exist is a defect, not a temporary problem', async () => {
    const url = new URL(own.url);
    url.pathname = '/nowhere';

    await expect(backendOf(connect({ url: url.href }))).rejects.toMatchObject({ kind: 'defect', sqlState: '3D000' });
  });
});

test('other users of pg in the process keep its own value types', async () => {
  const { default: pg } = await import('pg');
  await connect().query('SELECT 1::bigint');
  const client = new pg.Client(own.url);
  await client.connect();

  expect((await client.query('SELECT 1::bigint AS n')).rows).toEqual([{ n: '1' }]);
  await client.end();
});
