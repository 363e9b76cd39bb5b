import {
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  type ExecuteStatementCommandInput,
  type Field,
  RDSDataClient,
  RollbackTransactionCommand,
  type SqlParameter,
} from '@aws-sdk/client-rds-data';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CLUSTER, type DataApiLab, openDataApiLab } from '../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

// What the driver can rely on with the emulator it can rely on with AWS, as far as that is documented or was seen there.
let own: TestDatabase;
let lab: DataApiLab;
let client: RDSDataClient;

beforeAll(async () => {
  own = await createTestDatabase();
  lab = await openDataApiLab(own.url);
  client = new RDSDataClient({ maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  await lab.close();
  await own.drop();
});

const target = () => ({ ...CLUSTER, database: lab.databaseName });
const execute = (sql: string, options: Partial<ExecuteStatementCommandInput> = {}) =>
  client.send(new ExecuteStatementCommand({ ...target(), sql, ...options }));
const field = async (sql: string, options?: Partial<ExecuteStatementCommandInput>) =>
  (await execute(`SELECT ${sql}`, options)).records?.[0]?.[0];
const parameter = (value: Field, name = 'p1'): { parameters: SqlParameter[] } => ({ parameters: [{ name, value }] });

describe('a parameter of the emulator', () => {
  test('a parameter of the emulator has the type of its field, not that of the column', async () => {
    await expect(execute('SELECT now() + :p1', parameter({ stringValue: '1 day' }))).rejects.toThrow(
      'operator does not exist: timestamp with time zone + text',
    );
    await expect(execute('SELECT upper(:p1)', parameter({ longValue: 1 }))).rejects.toThrow(
      'function upper(bigint) does not exist',
    );
    expect(await field('pg_typeof(:p1)::text', parameter({ doubleValue: 1 }))).toEqual({
      stringValue: 'double precision',
    });
    expect(await field('pg_typeof(:p1)::text', parameter({ booleanValue: true }))).toEqual({ stringValue: 'boolean' });
  });

  test('each occurrence of a parameter of the emulator is separate', async () => {
    const sql = `SELECT left(x, :p1::integer) FROM (VALUES ('a')) AS t(x) GROUP BY left(x, :p1::integer)`;
    await expect(execute(sql, parameter({ longValue: 1 }))).rejects.toThrow('SQLState: 42803');
  });

  test('a parameter of the emulator cannot be an array', async () => {
    await expect(execute('SELECT :p1', parameter({ arrayValue: { longValues: [1] } }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Array parameters are not supported.',
    });
  });

  test('the emulator replaces parameters in dollar-quoted bodies and slices, but not in strings, names, comments and casts', async () => {
    expect(await field('$$a :b c$$')).toEqual({ stringValue: 'a $1 c' });
    await expect(field(`('{1,2}'::int[])[1:2]`)).rejects.toThrow('syntax error at or near "$1"');
    expect(await field(`'a :b' || 1::text /* :c */ -- :d`)).toEqual({ stringValue: 'a :b1' });
  });

  test('a missing parameter of the emulator is missing for Postgres', async () => {
    await expect(field('1 + :p2', parameter({ longValue: 1 }))).rejects.toMatchObject({
      name: 'DatabaseErrorException',
    });
  });
});

describe('a result of the emulator', () => {
  test.each<[string, object]>([
    ['7::smallint', { longValue: 7 }],
    ['7::bigint', { longValue: 7 }],
    ['1.50::numeric', { stringValue: '1.50' }],
    ['0.5::double precision', { doubleValue: 0.5 }],
    ['true', { booleanValue: true }],
    ['NULL::integer', { isNull: true }],
    [`'2026-01-02'::date`, { stringValue: '2026-01-02' }],
    [`'2026-01-02 03:04:05+02'::timestamptz`, { stringValue: '2026-01-02 01:04:05' }],
    [`'2026-01-02 03:04:05.6+00'::timestamptz`, { stringValue: '2026-01-02 03:04:05.600' }],
    [`'2026-01-02 03:04:05.000001+00'::timestamptz`, { stringValue: '2026-01-02 03:04:05.000001' }],
    [`'{"a": 1}'::jsonb`, { stringValue: '{"a": 1}' }],
    [`'{1,NULL}'::int[]`, { arrayValue: { longValues: [1, null] } }],
    [`'{a,"b c",NULL,"NULL","\\""}'::text[]`, { arrayValue: { stringValues: ['a', 'b c', null, 'NULL', '"'] } }],
    [`'\\xdead'::bytea`, { blobValue: new Uint8Array([0xde, 0xad]) }],
  ])('the emulator returns %s as %j', async (sql, expected) => {
    expect(await field(sql)).toEqual(expected);
  });

  test('the emulator returns integers and amounts in the requested form', async () => {
    expect(await field('9007199254740993::bigint')).toEqual({ longValue: 9_007_199_254_740_992 });
    expect(await field('9007199254740993::bigint', { resultSetOptions: { longReturnType: 'STRING' } })).toEqual({
      stringValue: '9007199254740993',
    });
    expect(await field('1.5::numeric', { resultSetOptions: { decimalReturnType: 'DOUBLE_OR_LONG' } })).toEqual({
      doubleValue: 1.5,
    });
  });

  test('the emulator names types as JDBC does, including that of a generated column', async () => {
    await execute('CREATE TABLE generated (a serial, b bigint GENERATED ALWAYS AS IDENTITY, c bigint, d timestamptz)');
    const { columnMetadata } = await execute('SELECT a, b AS renamed, c, d, c + 1 AS e FROM generated', {
      includeResultMetadata: true,
    });
    expect(columnMetadata?.map(({ label, typeName }) => [label, typeName])).toEqual([
      ['a', 'serial'],
      ['renamed', 'bigserial'],
      ['c', 'int8'],
      ['d', 'timestamptz'],
      ['e', 'int8'],
    ]);
  });

  test('the emulator returns the number of rows that a statement without a result changed', async () => {
    await execute('CREATE TABLE counted (n integer)');
    expect((await execute('INSERT INTO counted VALUES (1), (2)')).numberOfRecordsUpdated).toBe(2);
    expect((await execute('DELETE FROM counted')).numberOfRecordsUpdated).toBe(2);
  });

  test.each([
    [`interval '1 day'`, 'UnsupportedResultException', 'The result contains the unsupported data type INTERVAL.'],
    ['pg_sleep(0)', 'UnsupportedResultException', 'The result contains the unsupported data type VOID.'],
    [`'{{1},{2}}'::int[]`, 'UnsupportedResultException', 'The result contains a multidimensional array'],
    [`'infinity'::timestamptz`, 'InternalFailure', ''],
  ])('the emulator rejects a result with %s', async (sql, name, message) => {
    await expect(field(sql)).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
  });

  test('the emulator allows 1 MiB per result: 2 bytes per row, 4 per column, and the text of the values', async () => {
    const rows = (count: number) => execute(`SELECT md5(n::text)::uuid AS id FROM generate_series(1, ${count}) AS n`);
    expect((await rows(24_966)).records).toHaveLength(24_966);
    await expect(rows(24_967)).rejects.toThrow('The result exceeds the size limit 1 MB.');
  });
});

describe('an error of the emulator', () => {
  test('an error of Postgres in the emulator has its message, its notes and its SQLSTATE', async () => {
    await execute('CREATE TABLE unique_things (id integer PRIMARY KEY)');
    await execute('INSERT INTO unique_things VALUES (1)');
    await expect(execute('INSERT INTO unique_things VALUES (1)')).rejects.toMatchObject({
      name: 'DatabaseErrorException',
      message: `ERROR: duplicate key value violates unique constraint "unique_things_pkey"
  Detail: Key (id)=(1) already exists.; SQLState: 23505`,
      $metadata: { httpStatusCode: 400 },
    });
  });

  test.each<[string, Partial<ExecuteStatementCommandInput>, string]>([
    ['two statements', { sql: 'SELECT 1; SELECT 2' }, "Multistatements aren't supported."],
    ['a schema', { schema: 'public' }, "The schema parameter isn't supported"],
    ['what it does not emulate', { formatRecordsAs: 'JSON' }, 'does not know formatRecordsAs'],
  ])('the emulator rejects %s', async (_, options, message) => {
    await expect(execute('SELECT 1', options)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(message),
    });
  });

  test('the emulator rejects an unsigned request', async () => {
    const response = await fetch(`${lab.endpoint}/Execute`, { method: 'POST', body: '{}' });
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([
      403,
      'MissingAuthenticationTokenException',
    ]);
  });
});

describe('a transaction of the emulator', () => {
  const begin = async () => (await client.send(new BeginTransactionCommand(target()))).transactionId ?? '';

  test('a transaction of the emulator ends with its commit, and is not found afterwards', async () => {
    const transactionId = await begin();
    await execute('CREATE TABLE committed (n integer)', { transactionId });
    await client.send(new CommitTransactionCommand({ ...CLUSTER, transactionId }));

    expect((await execute('SELECT n FROM committed')).records).toEqual([]);
    for (const call of [
      () => execute('SELECT 1', { transactionId }),
      () => client.send(new RollbackTransactionCommand({ ...CLUSTER, transactionId })),
    ])
      await expect(call()).rejects.toMatchObject({
        name: 'TransactionNotFoundException',
        $metadata: { httpStatusCode: 404 },
      });
  });

  test('a transaction of the emulator accepts one statement at a time', async () => {
    const transactionId = await begin();
    const slow = execute('SELECT true FROM pg_sleep(0.3)', { transactionId });
    await expect(execute('SELECT 1', { transactionId })).rejects.toMatchObject({
      name: 'DatabaseErrorException',
      message: 'Transaction is still running a query',
    });
    await slow;
    await client.send(new RollbackTransactionCommand({ ...CLUSTER, transactionId }));
  });

  test('a transaction of the emulator leaves no setting to the next user of its session', async () => {
    await execute(`SET lock_timeout = '77ms'`);
    expect(await field(`current_setting('lock_timeout')`)).toEqual({ stringValue: '0' });
  });
});
