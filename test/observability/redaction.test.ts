import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createAuthorizer } from '../../lib/auth/authorizer.ts';
import { observed } from '../../lib/observability/observed.ts';
import { encodeMessage } from '../../lib/queue/message.ts';
import { createApi } from '../../lib/runtime/api.ts';
import { connect } from '../../lib/runtime/connections.ts';
import { createWorker } from '../../lib/runtime/worker.ts';
import { type Receiver, startReceiver } from '../processors/receiver.ts';
import { CLUSTER, openDataApiLab } from '../support/data-api.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { lambdaContext } from '../support/lambda.ts';
import { tasksOf } from '../support/order-lab.ts';
import { connectPsql } from '../support/psql.ts';
import { type CapturedLog, captureLog } from './captured-log.ts';

/** What customers send, each found nowhere else. */
const USER = 918273645;
const ITEM = 746351829;
const AMOUNT = '55443.21';
const TEXT = 'marked-5309';
const MARKS = [String(USER), String(ITEM), AMOUNT, TEXT];

const order = (orderId: string, more: object = {}) => ({
  order_id: orderId,
  user_id: USER,
  item_ids: [ITEM],
  total_amount: Number(AMOUNT),
  ...more,
});

/** A trigger that says everything about an order called `refuse <SQLSTATE>`. */
const TALKATIVE_TRIGGER = `
  CREATE FUNCTION talk() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.order_id LIKE 'refuse %' THEN
      RAISE EXCEPTION 'user % pays %', NEW.user_id, NEW.total_amount
        USING ERRCODE = split_part(NEW.order_id, ' ', 2), DETAIL = NEW::text, HINT = NEW::text, TABLE = NEW::text;
    END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER talkative BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION talk()`;

let service: Functions;
let log: CapturedLog;
/** What functions threw: Lambda writes all of it to the log. */
let thrown = '';

beforeAll(async () => {
  service = await loadFunctions({ settings: { LOG_LEVEL: 'DEBUG', DATABASE_TIMEOUT_MS: '1000' } });
  await service.psql.rows(TALKATIVE_TRIGGER);
  log = captureLog();
});

beforeEach(() => {
  log.clear();
  thrown = '';
});

afterEach(async () => {
  await service.psql.rows('TRUNCATE orders');
  await service.receiveMessages();
});

afterAll(async () => {
  log?.release();
  await service?.close();
});

async function throwing(work: () => Promise<unknown>): Promise<void> {
  const error = await work().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  thrown += inspect(error, { depth: 9, showHidden: true });
}

/** Pending orders of marked values, without a message and past the trigger. */
async function insert(...orderIds: string[]): Promise<void> {
  await service.psql.rows('ALTER TABLE orders DISABLE TRIGGER talkative');
  await service.psql.rows(
    `INSERT INTO orders (order_id, user_id, item_ids, total_amount) SELECT unnest($1::text[]), $2, ARRAY[$3::integer], $4`,
    [orderIds, USER, ITEM, AMOUNT],
  );
  await service.psql.rows('ALTER TABLE orders ENABLE TRIGGER talkative');
}

function expectNoMarks(): void {
  for (const mark of MARKS) expect(log.text + thrown).not.toContain(mark);
}

test('the markers of the redaction tests are present in errors of the database and of processors', async () => {
  const error = await service.psql
    .rows(
      `INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('refuse 22023', $1, ARRAY[$2::integer], $3)`,
      [USER, ITEM, AMOUNT],
    )
    .catch((reason: unknown) => reason);

  const text = inspect(error, { depth: 9 });
  for (const mark of [String(USER), String(ITEM), AMOUNT]) expect(text).toContain(mark);
});

describe('no value of a customer gets into the log', () => {
  afterEach(expectNoMarks);

  test('an order that succeeds leaves no customer data in the log', async () => {
    expect((await service.post(order('a'), { 'idempotency-key': TEXT, authorization: `Bearer ${TEXT}` })).status).toBe(
      202,
    );
    expect((await service.ask('createOrders', { body: { orders: [order('b'), order('c')] } })).status).toBe(207);
    expect(await service.deliver(await service.receiveMessages())).toEqual([]);
    await service.getOrder('a');
    await service.getHistory('a');
    await service.ask('listOrders', { query: { user_id: String(USER) } });
    await service.getMetrics();
    await service.sweep();

    expect(log.entries).toHaveLength(6);
  });

  test('a rejected request leaves no customer data in the log', async () => {
    const requests = [
      order('a', { user_id: `${USER}x` }),
      order('a', { [TEXT]: TEXT }),
      order('a', { total_amount: `-${AMOUNT}` }),
      { orders: [TEXT] },
      TEXT,
    ];
    for (const body of requests) expect((await service.post(body)).status).toBe(400);
    expect((await service.postRaw(`{"order_id":"${TEXT}`)).status).toBe(400);
    expect((await service.postRaw(TEXT.repeat(100_000))).status).toBe(413);
    expect((await service.ask('listOrders', { query: { [TEXT]: TEXT } })).status).toBe(400);
    await service.post(order('a'), { 'idempotency-key': TEXT });
    expect((await service.post(order('a', { user_id: 1 }), { 'idempotency-key': TEXT })).status).toBe(422);
    expect((await service.post(order('a'))).status).toBe(400);
  });

  test('reasons and queries of people leave no customer data in the log', async () => {
    await insert('a', 'b');
    await service.ask('cancelOrder', { orderId: 'a', body: { reason: TEXT } });
    await service.ask('pauseProcessing', { body: { reason: TEXT } });
    await service.ask('resumeProcessing', { body: { reason: TEXT } });
    await service.redrive({ reason: TEXT, reason_code: TEXT });

    expect(log.text).toContain('Processing was paused');
  });

  test.each([
    ['22023', 400],
    ['23514', 400],
    ['P0001', 500],
    ['12345', 500],
  ])('an INSERT that Postgres rejects with %s leaves no customer data in the log', async (sqlState, status) => {
    expect((await service.post(order(`refuse ${sqlState}`))).status).toBe(status);

    expect(log.entries).toMatchObject([{ error: { name: 'DatabaseError', code: sqlState } }]);
  });

  test('an order that Postgres rejects among others is logged in the trace of its own request, without customer data', async () => {
    const traceIds = ['a', 'b', 'c'].map((digit) => digit.repeat(32));
    await Promise.all(
      ['a', 'refuse 22023', 'b'].map((orderId, n) =>
        service.post(order(orderId), { traceparent: `00-${traceIds[n]}-b7ad6b7169203331-01` }),
      ),
    );

    const refused = log.entries.filter(({ message }) => String(message).startsWith('Postgres rejected an order'));
    expect(refused).toMatchObject([{ order_id: 'refuse 22023', trace_id: traceIds[1] }]);
  });

  test.each(['22023', 'P0001'])(
    'an UPDATE that Postgres rejects with %s leaves no customer data in the log',
    async (sqlState) => {
      await insert(`refuse ${sqlState}`);

      await throwing(() => service.deliver([encodeMessage(`refuse ${sqlState}`)]));

      expect(log.text).toContain('The invocation failed');
      expect(thrown).toContain(sqlState);
    },
  );

  test('a database that does not reply in time leaves no customer data in the log', async () => {
    const other = await connectPsql(service.databaseUrl);
    await other.rows('BEGIN');
    await other.rows('LOCK TABLE orders');
    try {
      expect((await service.post(order('a'))).status).toBe(503);
      await throwing(() => service.deliver([encodeMessage('a')]));
    } finally {
      await other.end();
    }
    expect(log.text).toContain('canceling statement due to statement timeout');
  });

  test('defects leave no customer data in the log, and their entries have the position', async () => {
    await insert('a');
    await service.psql.rows('ALTER TABLE orders RENAME TO elsewhere');
    try {
      expect((await service.post(order('b'))).status).toBe(500);
      expect((await service.getOrder(TEXT)).status).toBe(500);
    } finally {
      await service.psql.rows('ALTER TABLE elsewhere RENAME TO orders');
    }
    expect(log.text).toMatch(/relation \\"(public\.)?orders\\" does not exist.*insert-orders\.ts/);
  });

  test('invalid messages leave no customer data in the log', async () => {
    const bodies = [TEXT, `{"${TEXT}":"${TEXT}"}`, `{"order_id":${USER}}`];
    expect(await service.deliver(bodies)).toEqual([0, 1, 2]);
  });

  test('the RDS Data API, which repeats the text of Postgres, leaves no customer data in the log', async () => {
    const dataApi = await forThisTest(openDataApiLab(service.databaseUrl));
    const api = createApi(
      connect({
        ...process.env,
        DATABASE_DRIVER: 'data-api',
        DATABASE_RESOURCE_ARN: CLUSTER.resourceArn,
        DATABASE_SECRET_ARN: CLUSTER.secretArn,
        DATABASE_NAME: dataApi.databaseName,
      }),
    );
    const create = observed((orderId: string) =>
      api.createOrder(
        { orderId, userId: USER, itemIds: [ITEM], totalAmount: AMOUNT },
        { owner: '', idempotencyKey: null },
      ),
    );
    expect(await create('refuse 22023', lambdaContext())).toBe('refused');
    await throwing(() => create('refuse P0001', lambdaContext()));
    await api.close();

    expect(log.entries.map(({ error }) => error)).toMatchObject([{ code: '22023' }, { code: 'P0001' }]);
  });

  test('a queue that accepts nothing leaves no customer data in the log', async () => {
    const api = createApi(connect({ ...process.env, QUEUE_URL: `${service.queueUrl}-of-nobody` }));
    await api.createOrder(
      { orderId: 'a', userId: USER, itemIds: [ITEM], totalAmount: AMOUNT },
      { owner: '', idempotencyKey: TEXT },
    );
    await api.close();

    expect(log.text).toContain('The queue did not take messages');
  });

  test('a processor that includes all data in its error leaves no customer data in the log', async () => {
    const orderIds = ['permanent', 'transient', 'text', 'json', 'error'];
    await insert(...orderIds);
    const worker = createWorker(connect({ ...process.env, PROCESSOR: './test/observability/modules/talkative.ts' }));
    await worker.processOrders(tasksOf(orderIds), { remainingMs: () => 30_000, actor: 'worker' });
    await worker.close();

    expect(log.entries.map(({ order_id, reason_code }) => [order_id, reason_code]).sort()).toEqual([
      ['error', 'processor_error'],
      ['json', 'processor_error'],
      ['permanent', 'card_declined'],
      ['text', 'processor_error'],
      ['transient', 'bank_unavailable'],
    ]);
  });

  describe('with a webhook', () => {
    let receiver: Receiver;
    beforeAll(async () => {
      receiver = await startReceiver();
    });
    afterAll(() => receiver.close());

    test('a webhook receiver that echoes, redirects or hangs up leaves no customer data in the log', async () => {
      const secret = `whsec_${Buffer.from(TEXT.repeat(3)).toString('base64')}`;
      receiver.answer = (response) => {
        const request = receiver.requests.at(-1);
        const how = JSON.parse(String(request?.body)).data.order_id;
        if (how === 'cut') return void response.socket?.destroy();
        response.writeHead(Number(how), how === '302' ? { location: `/${USER}/${TEXT}` } : { 'x-echo': request?.body });
        response.end(request?.body);
      };
      await insert('500', '302', 'cut');
      const worker = createWorker(
        connect({
          ...process.env,
          PROCESSOR: 'webhook',
          WEBHOOK_URL: `${receiver.url}?key=${TEXT}`,
          WEBHOOK_SECRET: secret,
        }),
      );
      for (const orderId of ['500', '302', 'cut'])
        await worker.processOrders([{ key: orderId }], { remainingMs: () => 30_000, actor: 'worker' });
      await worker.close();

      expect(log.entries.map(({ order_id, reason_code }) => [order_id, reason_code])).toEqual([
        ['500', 'webhook_500'],
        ['302', 'webhook_redirect'],
        ['cut', 'webhook_unreachable'],
      ]);
      expect(log.text).not.toContain(secret);
    });
  });

  describe('by credentials', () => {
    const question = { routeKey: 'POST /api/v1/orders', authorization: `Bearer ${TEXT}` };

    test('credentials that are not keys are not logged', async () => {
      const authorizer = createAuthorizer({ ...process.env, AUTH: 'api-key' });
      expect(await authorizer.decide(question)).toMatchObject({ outcome: 'unauthenticated' });
      await authorizer.close();

      expect(log.text).toContain('Rejected a credential');
    });

    test('credentials that cannot be verified are not logged', async () => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const token = `${part({ alg: 'RS256', kid: TEXT })}.${part({ sub: TEXT, iss: 'https://issuer.example' })}.c2ln`;
      const authorizer = createAuthorizer({
        ...process.env,
        AUTH: 'jwt',
        JWT_ISSUER: 'https://issuer.example',
        JWT_AUDIENCE: 'orders',
        JWT_JWKS_URL: 'http://127.0.0.1:1/keys',
      });
      expect((await authorizer.decide({ ...question, authorization: `Bearer ${token}` })).outcome).not.toBe('allowed');
      await authorizer.close();

      expect(log.text).not.toContain(token);
      expect(log.text).not.toBe('');
    });
  });
});
