import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { encodeMessage } from '../../lib/queue/message.ts';
import { createTestDatabase, makeTemplate, type TestDatabase } from '../support/database.ts';
import { type PostgresServer, startPostgresServer } from '../support/postgres-server.ts';
import { connectPsql, type Psql } from '../support/psql.ts';
import { waitUntil } from '../support/wait-until.ts';
import '../support/starts-processes.ts';
import { type Run, runOrders } from './run-orders.ts';

const REPOSITORY = join(import.meta.dirname, '../..');

let server: PostgresServer;
let database: TestDatabase;
let psql: Psql;
let sqs: SQSClient;
let queueUrl: string;
let deadLetterQueueUrl: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  // The doctor warns of the other tests' server, which does not wait for the disk.
  server = await startPostgresServer({ disposable: false });
  await makeTemplate(server.url);
  process.env.TEST_POSTGRES_URL = server.url;
  env = {
    ...process.env,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SQS: process.env.TEST_SQS_ENDPOINT,
  };
  sqs = new SQSClient({
    region: 'us-east-1',
    endpoint: process.env.TEST_SQS_ENDPOINT ?? '',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});
afterAll(async () => {
  sqs?.destroy();
  await server?.stop();
});

beforeEach(async () => {
  database = await createTestDatabase();
  psql = await connectPsql(database.url);
  const run = randomUUID();
  const deadLetters = await sqs.send(
    new CreateQueueCommand({ QueueName: `dead-${run}`, Attributes: { MessageRetentionPeriod: '1209600' } }),
  );
  deadLetterQueueUrl = deadLetters.QueueUrl ?? '';
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: deadLetterQueueUrl, AttributeNames: ['QueueArn'] }),
  );
  // As serverless.yml describes the queue in the stage `local`.
  const queue = await sqs.send(
    new CreateQueueCommand({
      QueueName: `orders-${run}`,
      Attributes: {
        VisibilityTimeout: '91',
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 5 }),
      },
    }),
  );
  queueUrl = queue.QueueUrl ?? '';
  Object.assign(env, {
    DATABASE_URL: database.url,
    QUEUE_URL: queueUrl,
    DEAD_LETTER_QUEUE_URL: deadLetterQueueUrl,
  });
});

afterEach(async () => {
  await psql.end();
  await database.drop();
});

/** Runs a command as npm does, and waits for its end. */
function run(
  file: string,
  args: readonly string[] = [],
  changes: NodeJS.ProcessEnv = {},
): Promise<Pick<Run, 'code' | 'output'>> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(REPOSITORY, 'cli', file), ...args],
      { cwd: REPOSITORY, env: { ...env, ...changes } },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}
const orders = (...args: string[]) => runOrders(args, env);

const insert = (...ids: string[]) =>
  psql.rows(`INSERT INTO orders (order_id, user_id, item_ids, total_amount) SELECT unnest($1::text[]), 1, '{}', 1`, [
    ids,
  ]);
const fail = async (code: string, ...ids: string[]) => {
  await psql.rows(
    `UPDATE orders SET status = 'Processing', token = token + 1, lease_until = now() WHERE order_id = ANY($1)`,
    [ids],
  );
  await psql.rows(
    `UPDATE orders SET status = 'Failed', lease_until = NULL, due_at = NULL, reason_code = $2 WHERE order_id = ANY($1)`,
    [ids, code],
  );
};
const statuses = async () =>
  Object.fromEntries(
    (await psql.rows<{ order_id: string; status: string }>('SELECT order_id, status FROM orders ORDER BY 1')).map(
      ({ order_id, status }) => [order_id, status],
    ),
  );

describe('npm run orders -- doctor', () => {
  test('doctor finds no problem in a healthy stack, and exits with 0', async () => {
    await insert('a');
    const { code, output } = await orders('doctor');
    expect(output).toContain('No problems found.');
    expect(code).toBe(0);
  });

  test('doctor finds every problem, fixes it with --fix, and then finds none', async () => {
    await insert('stuck', 'drifted');
    await psql.rows(`UPDATE orders SET due_at = now() - interval '1 hour' WHERE order_id = 'stuck'`);
    await psql.rows('UPDATE order_counters SET pending = pending + 3');
    await psql.rows(`DELETE FROM order_history WHERE order_id = 'drifted'`);
    await sqs.send(new SendMessageCommand({ QueueUrl: deadLetterQueueUrl, MessageBody: encodeMessage('stuck') }));

    const found = await orders('doctor');
    expect(found.code).toBe(1);
    expect(found.output).toMatch(/1 orders are overdue, the oldest for 36\d\d s/);
    expect(found.output).toContain('Pending 5 instead of 2');
    expect(found.output).toContain('the history of 1 orders ends with another status');
    expect(found.output).toContain('(its order is unfinished)');

    const fixed = await orders('doctor', '--fix');
    expect(fixed.output).toContain('sent 1 of them again');
    expect(fixed.output).toContain('recounted');
    expect(fixed.code).toBe(0);
    expect((await orders('doctor')).code).toBe(0);
  });

  test('doctor --json prints what it finds and fixes, for programs', async () => {
    await insert('a');
    const well = await orders('doctor', '--json');
    expect({ code: well.code, told: JSON.parse(well.output) }).toMatchObject({ code: 0, told: { left: 0 } });
    expect(JSON.parse(well.output).checks).toHaveLength(8);

    await psql.rows('UPDATE order_counters SET pending = pending + 3');
    const counters = { check: 'the counters agree with the orders' };
    const problem = 'the counters have Pending 4 instead of 1';
    const found = await orders('doctor', '--json');
    expect(found.code).toBe(1);
    expect(JSON.parse(found.output)).toMatchObject({ left: 1 });
    expect(JSON.parse(found.output).checks).toContainEqual({ ...counters, findings: [{ problem, fixed: null }] });
    const mended = await orders('doctor', '--json', '--fix');
    expect(mended.code).toBe(0);
    expect(JSON.parse(mended.output).checks).toContainEqual({
      ...counters,
      findings: [{ problem, fixed: 'recounted' }],
    });
  });

  test('doctor warns about a database that acknowledges commits before they are on disk', async () => {
    await psql.rows(`ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET synchronous_commit = off`);
    const { code, output } = await orders('doctor', '--fix');
    expect(output).toContain('wrong  synchronous_commit is off (source: database)');
    expect(code).toBe(1);
  });

  test('doctor prints no control characters of a dead letter to the terminal', async () => {
    const body = 'first\nok     all \u009b2Jwell\u202e';
    await sqs.send(new SendMessageCommand({ QueueUrl: deadLetterQueueUrl, MessageBody: body }));
    const { output } = await orders('doctor');
    expect(output).toContain('first\\u{a}ok     all \\u{9b}2Jwell\\u{202e} (not a message of this service; kept)');
  });

  test('doctor keeps dead letters that match no order, also with --fix', async () => {
    for (const body of ['not ours', encodeMessage('nobody')])
      await sqs.send(new SendMessageCommand({ QueueUrl: deadLetterQueueUrl, MessageBody: body }));
    for (let runs = 0; runs < 2; runs += 1) {
      const { code, output } = await orders('doctor', '--fix');
      expect(output).toContain('not a message of this service; kept');
      expect(output).toContain('unknown order; kept');
      expect(code).toBe(1);
    }
  });

  test('doctor finds queue attributes that differ from serverless.yml, and sets them', async () => {
    const other = await sqs.send(new CreateQueueCommand({ QueueName: `plain-${randomUUID()}` }));
    const changes = { ...env, QUEUE_URL: other.QueueUrl };
    const found = await runOrders(['doctor'], changes);
    expect(found.output).toContain('has VisibilityTimeout 30 instead of 91');
    expect(found.output).toContain('has RedrivePolicy (none)');
    expect((await runOrders(['doctor', '--fix'], changes)).code).toBe(0);
    expect((await runOrders(['doctor'], changes)).code).toBe(0);
  });

  test('doctor finds missing migrations, and applies them', async () => {
    await psql.rows('DROP INDEX orders_failed');
    await psql.rows('DELETE FROM schema_migrations WHERE version = 2');
    expect((await orders('doctor')).output).toContain('000002-failed-orders not applied');
    expect((await orders('doctor', '--fix')).code).toBe(0);
  });

  test('doctor says in one line that it cannot reach the database', async () => {
    const { code, output } = await runOrders(['doctor'], { ...env, DATABASE_URL: 'postgres://postgres@127.0.0.1:1/x' });
    expect(code).toBe(1);
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(output).toContain('ECONNREFUSED');
  });

  test('doctor says in one line that it cannot reach the queues', async () => {
    const { code, output } = await run('orders.ts', ['doctor'], { AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1' });
    expect(code).toBe(1);
    const lines = output.trim().split('\n');
    expect(lines.filter((line) => !line.startsWith('ok '))).toEqual([
      'SQS cannot be reached: connect ECONNREFUSED 127.0.0.1:1',
    ]);
  });
});

describe('npm run orders -- redrive', () => {
  test('redrive selects orders by id, by cause, or all', async () => {
    await insert('a', 'b', 'c', 'd');
    await fail('bank_down', 'a', 'b', 'c');
    await fail('card_declined', 'd');
    expect((await orders('redrive', 'a')).output).toContain('Redrove 1 orders');
    expect((await orders('redrive', '--cause', 'bank_down')).output).toContain('Redrove 2 orders');
    expect(await statuses()).toEqual({ a: 'Pending', b: 'Pending', c: 'Pending', d: 'Failed' });
    expect((await orders('redrive', '--all', '--rate', '1')).code).toBe(0);
    expect((await statuses()).d).toBe('Pending');
  });

  test('redrive redrives each order once, even if it fails again in the meantime', async () => {
    await insert('a', 'b');
    await fail('bank_down', 'a', 'b');
    const running = orders('redrive', '--all', '--rate', '1');
    await waitUntil('the first is redriven', async () => (await statuses()).a === 'Pending');
    await fail('bank_down', 'a');
    expect((await running).output).toContain('Redrove 2 orders.');
    expect(await statuses()).toEqual({ a: 'Failed', b: 'Pending' });
  });

  test('redrive lists the orders that it could not redrive, says why, and exits with 1', async () => {
    await insert('a', 'b');
    await fail('bank_down', 'a');
    const { code, output } = await orders('redrive', 'a', 'b', 'nobody');
    expect(output).toContain('Redrove 1 orders.');
    expect(output).toContain('Not redriven: b. It is Pending, not Failed.\n');
    expect(output).toContain('Not redriven: nobody. It does not exist.\n');
    expect(code).toBe(1);
    const again = await orders('redrive', 'a', '--json');
    expect(again).toMatchObject({ code: 1, output: '{"redriven":0,"capped":0,"left_alone":["a"]}\n' });
  });

  test('redrive --dry-run lists orders and changes nothing', async () => {
    await insert('a');
    await fail('bank_down', 'a');
    expect((await orders('redrive', '--all', '--dry-run')).output).toMatch(/^a\n1 orders would be redriven/m);
    expect(await statuses()).toEqual({ a: 'Failed' });
  });

  test.each([
    [['redrive'], 'Specify order ids, --cause or --all.'],
    [['redrive', '--all', 'a'], 'Specify order ids, --cause or --all.'],
    [['redrive', '--all', '--rate', '0'], '--rate must be a whole number from 1 to 10000'],
    [['redrive', '--everything'], "Unknown option '--everything'"],
    [['nonsense'], 'Unknown command "nonsense"'],
    [['amend'], 'Missing order id and values as JSON.'],
    [['amend', 'ORD-1'], 'Missing values as JSON.'],
    [['signal', 'ORD-1'], 'Missing name of the signal.'],
    [['cancel', '--all', 'ORD-1'], 'Specify either order ids or --all.'],
    [['keys', 'revoke'], 'Specify the id of one key, which list prints.'],
  ])('the arguments %j are rejected with a helpful line and exit code 2', async (args, message) => {
    const { code, output } = await orders(...args);
    expect(output).toContain(message);
    expect(code).toBe(2);
  });
});

test('npm run seed inserts the five sample orders only once', async () => {
  expect((await run('seed.ts')).output).toContain('Inserted 5 sample orders; 0 already existed.');
  expect((await run('seed.ts')).output).toContain('Inserted 0 sample orders; 5 already existed.');
  expect(await statuses()).toEqual({
    ORD111: 'Pending',
    ORD112: 'Processing',
    ORD113: 'Completed',
    ORD114: 'Pending',
    ORD115: 'Completed',
  });
});

test('npm run migrate says that a migrated database is up to date', async () => {
  expect(await run('migrate.ts')).toEqual({ code: 0, output: 'the database is up to date\n' });
});
