import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CLUSTER, openDataApiLab } from '../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { lambdaContext } from '../support/lambda.ts';
import { connectPsql, type Psql } from '../support/psql.ts';
import { waitUntil } from '../support/wait-until.ts';
import '../support/starts-processes.ts';
import { type Newest, type ResponseBucket, startResponseBucket } from './response-bucket.ts';

// Failures are expected here. The function makes its logger when it is loaded.
process.env.AWS_LAMBDA_LOG_LEVEL = 'FATAL';
const { handler } = await import('../../functions/deploy/migrate.ts');

const HERE = process.cwd();

let database: TestDatabase;
let psql: Psql;
let bucket: ResponseBucket;
let directory: string;

beforeEach(async () => {
  database = await createTestDatabase();
  psql = await connectPsql(database.url);
  await psql.rows('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  bucket = await forThisTest(startResponseBucket());
  directory = await mkdtemp(join(tmpdir(), 'package-'));
  Object.assign(process.env, { DATABASE_DRIVER: 'pg', DATABASE_URL: database.url });
});

afterEach(async () => {
  process.chdir(HERE);
  await rm(directory, { recursive: true });
  await psql.end();
  await database.drop();
});

/** The package of a version that has these migrations; functions run in it. */
async function deployed(...migrations: string[]): Promise<void> {
  const folder = join(directory, 'infra/migrations');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [index, sql] of migrations.entries()) await writeFile(join(folder, `00000${index + 1}-step.sql`), sql);
  process.chdir(directory);
}

/** What CloudFormation is told. */
async function responseTo(type: 'Create' | 'Update' | 'Delete', timeoutMs = 60_000, newest: Newest = {}) {
  const before = bucket.answers.length;
  await handler(bucket.request(type, newest), lambdaContext(timeoutMs));
  expect(bucket.answers).toHaveLength(before + 1);
  return bucket.answers.at(-1);
}

const tables = () =>
  psql
    .rows<{ tablename: string }>(
      `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migrations' ORDER BY 1`,
    )
    .then((rows) => rows.map(({ tablename }) => tablename));

const SUCCESS = {
  Status: 'SUCCESS',
  StackId: 'arn:aws:cloudformation:us-east-1:123456789012:stack/orders-test/1',
  RequestId: '5d478078-13e9-baf0-464a-7ef285ecc786',
  LogicalResourceId: 'Migrations',
  PhysicalResourceId: 'migrations',
};

describe('the function that CloudFormation calls', () => {
  test('the migration function migrates an empty database with the migrations of the repository', async () => {
    expect(await responseTo('Create')).toEqual(SUCCESS);
    expect(await tables()).toContain('orders');
  });

  test('the migration function applies what a new version adds, under the same physical id', async () => {
    await deployed('CREATE TABLE a ()');
    await responseTo('Create');
    await deployed('CREATE TABLE a ()', 'CREATE TABLE b ()');

    expect(await responseTo('Update')).toEqual(SUCCESS);
    expect(await tables()).toEqual(['a', 'b']);
  });

  test('the migration function also works when invoked manually, and throws its errors', async () => {
    const byHand = {} as Parameters<typeof handler>[0];
    await deployed('CREATE TABLE a ()');
    await handler(byHand, lambdaContext(60_000));
    expect(await tables()).toEqual(['a']);

    await deployed('CREATE TABLE a ()', 'CREATE TABLE a ()');
    await expect(handler(byHand, lambdaContext(60_000))).rejects.toThrow('relation "a" already exists');
    expect(bucket.answers).toEqual([]);
  });

  test('the migration function fails the update if a migration fails, names it, and keeps earlier migrations', async () => {
    await deployed('CREATE TABLE a ()', 'CREATE TABLE b (); CREATE TABLE a ()');

    expect(await responseTo('Update')).toEqual({
      ...SUCCESS,
      Status: 'FAILED',
      Reason: 'DatabaseError: 42P07: relation "a" already exists. The log is in /aws/lambda/orders-test.',
    });
    expect(await tables()).toEqual(['a']);
  });

  test('the migration function accepts a newer database, so that a stack can roll back', async () => {
    await deployed('CREATE TABLE a ()', 'CREATE TABLE b ()', 'no SQL');
    expect(await responseTo('Update')).toMatchObject({ Status: 'FAILED' });
    await deployed('CREATE TABLE a ()');

    expect(await responseTo('Update')).toEqual(SUCCESS);
    expect(await tables()).toEqual(['a', 'b']);
  });

  test.each<[string, Newest, boolean]>([
    ['a deployment over code that does not say what it knows', { after: '3' }, false],
    ['a deployment over older code', { before: '1', after: '3' }, false],
    ['a rollback to older code', { before: '3', after: '1' }, false],
    ['a deployment over code that has it', { before: '2', after: '3' }, true],
    ['a deployment of the same migrations', { before: '3', after: '3' }, true],
  ])('%s applies a migration that waits for the code of another: %j, %s', async (_, newest, isApplied) => {
    await deployed('CREATE TABLE a ()');
    await responseTo('Create');
    await deployed('CREATE TABLE a ()', 'CREATE TABLE b ()', '--> after-deployment-of: 000002-step\nCREATE TABLE c ()');
    expect(await responseTo('Update', 60_000, newest)).toEqual(SUCCESS);
    expect(await tables()).toEqual(isApplied ? ['a', 'b', 'c'] : ['a', 'b']);
  });

  test('the migration function rejects a migration that was changed after it was applied', async () => {
    await deployed('CREATE TABLE a ()');
    await responseTo('Create');
    await deployed('CREATE TABLE a (id integer)');

    expect(await responseTo('Update')).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/^000001-step was changed after it was applied/),
    });
  });

  test('the migration function shortens its reason to what CloudFormation accepts', async () => {
    await deployed(`DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '42P07', MESSAGE = repeat('€', 10_000); END $$`);

    const answer = await responseTo('Update');

    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('42P07') });
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThanOrEqual(4_096);
  });

  test('the migration function fails if its response is rejected, so that Lambda runs it again', async () => {
    await deployed('CREATE TABLE a ()');
    bucket.status = 403;

    await expect(handler(bucket.request('Create'), lambdaContext())).rejects.toThrow('returned 403');
  });

  test('the migration function does nothing when the stack is deleted, and does not connect', async () => {
    process.env.DATABASE_URL = 'postgres://nobody@127.0.0.1:1/none';

    expect(await responseTo('Delete')).toEqual(SUCCESS);
  });

  test('the migration function responds to CloudFormation before its own timeout', async () => {
    await deployed('CREATE TABLE a ()');
    await responseTo('Create');
    await deployed('CREATE TABLE a ()', 'ALTER TABLE a ADD COLUMN b integer');
    await psql.rows('BEGIN; LOCK TABLE a');

    // 10 s are reserved for the response.
    expect(await responseTo('Update', 10_100)).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/^The migration did not finish within 0 s/),
    });
    // The server notices that nobody waits any more when the statement's own time is over.
    await waitUntil('no session of the migration is left', async () => (await others()) === 0);
    await psql.rows('COMMIT');
  });

  test('the migration function leaves no lock when its time is over, although Lambda freezes it at once', async () => {
    await deployed('CREATE TABLE a ()');
    await responseTo('Create');
    await deployed(
      'CREATE TABLE a ()',
      'ALTER TABLE a ADD COLUMN b integer\n--> statement-breakpoint\nSELECT pg_sleep(60)',
    );
    const frozen = await forThisTest(frozenAfterAnswer(bucket.request('Update'), 13_000));
    expect(bucket.answers.at(-1)).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/^The migration did not finish within 3 s/),
    });
    expect(frozen.state()).toBe('T');

    // A request finds the table free, and the roll-back calls the version before.
    await waitUntil('no session of the migration is left', async () => (await others()) === 0);
    expect(await psql.rows('SELECT * FROM a')).toEqual([]);
    await deployed('CREATE TABLE a ()');
    expect(await responseTo('Update')).toEqual(SUCCESS);
  });

  test('Postgres ends a session of the migration function that pauses for a minute in a transaction', async () => {
    await deployed(`CREATE TABLE a AS SELECT current_setting('idle_in_transaction_session_timeout') AS pause`);
    await responseTo('Create');

    expect(await psql.value('SELECT pause FROM a')).toBe('1min');
  });

  test('the migration function waits for a database that does not accept connections yet', async () => {
    const { port, refused } = await forThisTest(startingDatabase(database.url, 2));
    process.env.DATABASE_URL = database.url.replace(/:\d+\//, `:${port}/`);

    expect(await responseTo('Create')).toEqual(SUCCESS);
    expect(refused()).toBe(2);
  });

  /** Every statement of every migration is an HTTP request there. */
  const DATA_API_MS = 60_000;

  test(
    'waits until it may use the Data API, which a new role may not everywhere at once',
    async () => {
      const lab = await forThisTest(openDataApiLab(database.url));
      lab.plan('', 'denied', 'denied');
      Object.assign(process.env, {
        DATABASE_DRIVER: 'data-api',
        DATABASE_RESOURCE_ARN: CLUSTER.resourceArn,
        DATABASE_SECRET_ARN: CLUSTER.secretArn,
        DATABASE_NAME: lab.databaseName,
      });

      expect(await responseTo('Create')).toEqual(SUCCESS);
      expect(lab.faultsDone).toBe(2);
    },
    DATA_API_MS,
  );
});

/** Other sessions of this database. */
const others = async () => {
  await psql.rows('SELECT pg_stat_clear_snapshot()');
  return psql.value<number>(
    `SELECT count(*)::integer FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
     AND backend_type = 'client backend'`,
  );
};

/** The function in a separate process, which stops as Lambda stops an environment: in the moment in which it has answered. */
async function frozenAfterAnswer(event: object, timeoutMs: number) {
  const script = `
    const { handler } = await import(${JSON.stringify(pathToFileURL(join(HERE, 'functions/deploy/migrate.ts')).href)});
    const end = Date.now() + ${timeoutMs};
    await handler(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => end - Date.now(), logGroupName: 'log' });
    process.kill(process.pid, 'SIGSTOP');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: directory,
    env: process.env,
    stdio: 'inherit',
  });
  const state = () => readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.charAt(0);
  await waitUntil('the function has answered and stopped', () => state() === 'T', 60_000);
  return {
    state,
    close: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** A way to the database on which the first connections break. */
async function startingDatabase(url: string, breaks: number) {
  let refused = 0;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (refused < breaks) {
      refused += 1;
      socket.destroy();
      return;
    }
    const upstream = connect(Number(new URL(url).port), '127.0.0.1');
    upstream.on('error', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
    socket.pipe(upstream).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    refused: () => refused,
    close: () => once(server.close(), 'close'),
  };
}
