import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { connectDataApi } from '../../lib/database/data-api.ts';
import { makeCreateOrder } from '../../lib/orders/create-order.ts';
import { CLUSTER, type DataApiLab, type Fault, openDataApiLab } from '../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { freePorts } from '../support/free-port.ts';
import { anOrder } from '../support/order-lab.ts';
import { connectPsql, type Psql } from '../support/psql.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { RecordingQueue } from '../support/recording-queue.ts';
import { waitUntil } from '../support/wait-until.ts';

let own: TestDatabase;
let psql: Psql;
let lab: DataApiLab;

beforeAll(async () => {
  own = await createTestDatabase();
  psql = await connectPsql(own.url);
  await psql.rows('CREATE TABLE notes (note text)');
});
beforeEach(async () => {
  lab = await openDataApiLab(own.url, { statementTimeoutMs: 1_000 });
});
afterEach(() => lab.close());
afterAll(async () => {
  await psql.end();
  await own.drop();
});

const notes = (note: string) => psql.value<number>('SELECT count(*)::integer FROM notes WHERE note = $1', [note]);
const write = (note: string, database = lab.database) => database.query(`INSERT INTO notes VALUES ('${note}')`);

describe('a service that asks to wait', () => {
  const BUSY: readonly (readonly [string, Fault])[] = [
    ['because it is throttled', 'throttled'],
    ['because its cluster wakes up from a pause', 'resuming'],
  ];

  test.each(BUSY)('%s is retried, and the statement takes effect once', async (_, fault) => {
    const note = `asked again: ${fault}`;
    lab.plan(note, fault, fault, fault);

    await write(note);

    expect(lab.requests(note)).toBe(4);
    expect(await notes(note)).toBe(1);
    expect(lab.logger.entries.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'The RDS Data API is not ready'],
    ]);
  });

  test('each call of a transaction is retried, and the transaction takes effect once', async () => {
    lab.plan('', 'throttled', 'resuming');
    await lab.database.transaction(async (transaction) => {
      lab.plan('in a transaction', 'throttled', 'resuming');
      await transaction.query(`INSERT INTO notes VALUES ('in a transaction')`);
      lab.plan('transactionId', 'throttled', 'resuming');
    });

    expect(lab.faultsDone).toBe(6);
    expect(await notes('in a transaction')).toBe(1);
  });

  test('retries of the Data API have random pauses, from none to twice as long each time', async () => {
    const pauses: number[] = [];
    const patient = lab.connect({ pause: async (milliseconds) => pauses.push(milliseconds) });
    const random = jest.spyOn(Math, 'random');
    try {
      for (const share of [0, 0.5]) {
        random.mockReturnValue(share);
        lab.plan('jitter', 'throttled', 'throttled', 'throttled', 'throttled');
        await write('jitter', patient);
      }
    } finally {
      random.mockRestore();
    }

    expect(pauses).toEqual([0, 0, 0, 0, 25, 50, 100, 200]);
  });

  test('a Data API that is not ready for longer than the statement timeout is unavailable, and nothing was run', async () => {
    const impatient = lab.connect({ statementTimeoutMs: 300 });
    lab.plan('never', ...Array.from({ length: 100 }, (): Fault => 'resuming'));

    await expect(write('never', impatient)).rejects.toMatchObject({
      kind: 'unavailable',
      retryable: true,
      // The timeout may cut off the last attempt.
      message: expect.stringMatching(/is resuming after being auto-paused|abort/i),
    });

    expect(await notes('never')).toBe(0);
  });

  test('a Data API that is not ready delays an order, and neither loses nor doubles it', async () => {
    const queue = new RecordingQueue();
    const create = makeCreateOrder({
      database: lab.database,
      queue,
      logger: recordingLogger(),
      resendAfterSeconds: 60,
    });
    const order = anOrder();
    lab.plan('INSERT INTO public.orders', 'resuming', 'throttled', 'cut after the reply', 'throttled');

    expect(await create(order, { owner: '', idempotencyKey: null })).toBe('created');

    expect(lab.faultsDone).toBe(4);
    expect(await psql.value('SELECT count(*)::integer FROM orders WHERE order_id = $1', [order.orderId])).toBe(1);
    expect(queue.orderIds).toEqual([order.orderId]);
  });
});

describe('a statement', () => {
  test('a statement whose response is lost is not repeated by the SDK either', async () => {
    lab.plan('lost', 'cut after the reply');

    await expect(write('lost')).rejects.toMatchObject({ kind: 'unavailable', sqlState: undefined });

    expect(lab.requests('lost')).toBe(1);
    expect(await notes('lost')).toBe(1);
  });

  test.each(['returns 500', 'returns 503'] as const)(
    'a statement that is %s is sent once, because it may have been committed',
    async (fault) => {
      const note = `statement ${fault}`;
      lab.plan(note, fault);

      await expect(write(note)).rejects.toMatchObject({ kind: 'unavailable' });

      expect(lab.requests(note)).toBe(1);
      expect(await notes(note)).toBe(1);
    },
  );

  test('a statement that the Data API cancels because it takes too long is unavailable', async () => {
    await expect(lab.database.query('SELECT true AS slept FROM pg_sleep(5)')).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('StatementTimeoutException'),
    });
  });

  test('a statement that gets a 5xx is unavailable', async () => {
    await expect(lab.database.query(`SELECT 'infinity'::timestamptz AS at`)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('InternalFailure'),
    });
  });

  test.each([
    [
      'a result of more than 1 MiB',
      `SELECT repeat('x', 60000) AS x FROM generate_series(1, 20)`,
      'exceeds the size limit 1 MB',
    ],
    ['a row of more than 64 KiB', `SELECT repeat('x', 66000) AS x`, 'exceeds the size limit 64 KB'],
    ['a type that the service does not return', `SELECT interval '1 day' AS x`, 'the unsupported data type INTERVAL'],
    ['a nested array', `SELECT '{{1},{2}}'::integer[] AS x`, 'multidimensional array'],
    ['a type that no driver reads alike', `SELECT '{}'::jsonb AS x`, 'column x has the type jsonb'],
    ['more than 65,536 characters', `SELECT 1 AS x -- ${'x'.repeat(65_536)}`, 'length less than or equal to 65536'],
  ])('a statement with %s is a defect that says so', async (_, sql, message) => {
    await expect(lab.database.query(sql)).rejects.toMatchObject({
      kind: 'defect',
      retryable: false,
      message: expect.stringContaining(message),
    });
  });

  test('a statement of more than 4 MiB is a defect that says so', async () => {
    const query = lab.database.query('SELECT length($1::text) AS length', ['x'.repeat(4 * 1024 * 1024)]);

    await expect(query).rejects.toMatchObject({
      kind: 'defect',
      message: expect.stringContaining('larger than 4 MiB'),
    });
    expect(
      await lab.database.query('SELECT length($1::text) AS length', ['x'.repeat(4 * 1024 * 1024 - 2_000)]),
    ).toEqual([{ length: 4 * 1024 * 1024 - 2_000 }]);
  });

  test.each([
    ['another cluster', { resourceArn: `${CLUSTER.resourceArn}-2` }, 'HttpEndpointNotEnabledException', 'unavailable'],
    ['another secret', { secretArn: `${CLUSTER.secretArn}-2` }, 'SecretsErrorException', 'unavailable'],
    ['a database that does not exist', { databaseName: 'nowhere' }, 'SQLState: 3D000', 'defect'],
  ])('a statement to %s names the problem', async (_, options, message, kind) => {
    await expect(lab.connect(options).query('SELECT 1 AS n')).rejects.toMatchObject({
      kind,
      message: expect.stringContaining(message),
    });
  });

  test('a statement to a service that cannot be reached is unavailable immediately', async () => {
    const [port] = await freePorts(1);
    process.env.AWS_ENDPOINT_URL_RDS_DATA = `http://127.0.0.1:${port}`;
    const unreachable = connectDataApi({
      ...CLUSTER,
      databaseName: 'any',
      statementTimeoutMs: 10_000,
      logger: recordingLogger(),
      pause: () => Promise.reject(new Error('a retry')),
    });

    await expect(unreachable.query('SELECT 1 AS n')).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    });

    await unreachable.close();
  });
});

describe('a transaction', () => {
  test('a transaction without a call for too long is rolled back, and reports it at its next call', async () => {
    const strict = await openDataApiLab(own.url, { transactionLimits: { idleMs: 150, totalMs: 60_000 } });
    const work = strict.database.transaction(async (transaction) => {
      await transaction.query(`INSERT INTO notes VALUES ('idle')`);
      await waitUntil('it is rolled back', async () => {
        const open = await psql.value<number>(
          `SELECT count(*)::integer FROM pg_stat_activity
           WHERE datname = current_database() AND state = 'idle in transaction'`,
        );
        return open === 0;
      });
      await transaction.query('SELECT 1 AS n');
    });

    await expect(work).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('TransactionNotFoundException'),
    });
    expect(await notes('idle')).toBe(0);
    await strict.close();
  });

  test('a transaction whose commit is lost is unavailable, whether it took effect or not', async () => {
    for (const [cut, kept] of [
      ['before it is sent', 0],
      ['cut after the reply', 1],
    ] as const) {
      const note = `commit cut ${cut}`;
      await expect(
        lab.database.transaction(async (transaction) => {
          await transaction.query(`INSERT INTO notes VALUES ('${note}')`);
          lab.plan('transactionId', cut);
        }),
      ).rejects.toMatchObject({ kind: 'unavailable' });
      expect(await notes(note)).toBe(kept);
    }
  });

  test.each(['returns 500', 'returns 503'] as const)(
    'a transaction whose commit is %s sends it once, because it may have taken effect',
    async (fault) => {
      const note = `commit ${fault}`;
      await expect(
        lab.database.transaction(async (transaction) => {
          await transaction.query(`INSERT INTO notes VALUES ('${note}')`);
          lab.plan('transactionId', fault);
        }),
      ).rejects.toMatchObject({ kind: 'unavailable' });

      // The INSERT, the COMMIT, and the ROLLBACK that ends every failed transaction.
      expect(lab.requests('transactionId')).toBe(3);
      expect(await notes(note)).toBe(1);
    },
  );

  test('a transaction that abandoned a statement is rolled back as soon as the statement ends, not minutes later', async () => {
    const impatient = lab.connect({ statementTimeoutMs: 600 });

    await expect(
      impatient.transaction(async (transaction) => {
        await transaction.query(`INSERT INTO notes VALUES ('given up')`);
        await transaction.query('SELECT true AS slept FROM pg_sleep(0.8)');
      }),
    ).rejects.toMatchObject({ kind: 'unavailable' });

    await psql.rows('BEGIN; LOCK TABLE notes IN ACCESS EXCLUSIVE MODE; COMMIT');
    expect(await notes('given up')).toBe(0);
  });
});
