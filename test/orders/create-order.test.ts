import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { findInconsistencies } from '../support/consistency.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { anOrder, type OrderLab, openOrderLab, RESEND_AFTER } from '../support/order-lab.ts';
import { waitForLockWaits, waitUntil } from '../support/wait-until.ts';

let lab: OrderLab;

beforeAll(async () => {
  lab = await openOrderLab();
});

beforeEach(async () => {
  lab.statements.length = 0;
  lab.queue.sends.length = 0;
  lab.queue.refuses = () => false;
});

afterAll(() => lab.close());

const inserts = () => lab.statements.filter((sql) => sql.includes('INSERT INTO public.orders')).length;

describe('creating an order', () => {
  test('creating an order commits a Pending row, due after its message should arrive, and then sends the message', async () => {
    const order = anOrder({ userId: -3, itemIds: [], totalAmount: '12345678901.123456789' });

    expect(await lab.create(order)).toBe('created');

    const row = await lab.row(order.orderId);
    expect(row).toMatchObject({ status: 'Pending', token: 0, attempts: 0, crashes: 0, lease: null, finished: false });
    expect(row.due).toBeGreaterThan(RESEND_AFTER - 5);
    expect(row.due).toBeLessThanOrEqual(RESEND_AFTER);
    expect(
      await lab.psql.rows('SELECT user_id, item_ids, total_amount::text FROM orders WHERE order_id = $1', [
        order.orderId,
      ]),
    ).toEqual([{ user_id: -3, item_ids: [], total_amount: '12345678901.123456789' }]);
    expect(lab.queue.sends).toEqual([[{ orderId: order.orderId, owner: '' }]]);
  });

  test('creating an order commits the row before its message is sent', async () => {
    const order = anOrder();
    let seen: Promise<string> | undefined;
    lab.queue.refuses = () => {
      seen = lab.psql.value('SELECT status FROM orders WHERE order_id = $1', [order.orderId]);
      return false;
    };

    await lab.create(order);

    expect(await seen).toBe('Pending');
  });

  test('creating an existing id is a duplicate: nothing is written or sent', async () => {
    const order = anOrder();
    await lab.create(order);

    expect(await lab.create({ ...order, userId: 8 })).toBe('duplicate');

    expect(lab.queue.orderIds).toEqual([order.orderId]);
    expect(await lab.psql.value('SELECT user_id FROM orders WHERE order_id = $1', [order.orderId])).toBe(7);
  });

  test('creating an id that another transaction has not committed waits, and is then a duplicate', async () => {
    const order = anOrder();
    const other = await lab.openPsql();
    await other.rows('BEGIN');
    await other.rows(`INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ($1, 1, '{}', 1)`, [
      order.orderId,
    ]);

    const outcome = lab.create(order);
    await waitForLockWaits(lab.psql, 1);
    await other.rows('COMMIT');

    expect(await outcome).toBe('duplicate');
  });

  test('creating an id whose other transaction rolls back succeeds', async () => {
    const order = anOrder();
    const other = await lab.openPsql();
    await other.rows('BEGIN');
    await other.rows(`INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ($1, 1, '{}', 1)`, [
      order.orderId,
    ]);

    const outcome = lab.create(order);
    await waitForLockWaits(lab.psql, 1);
    await other.rows('ROLLBACK');

    expect(await outcome).toBe('created');
  });
});

describe('group commit of creates', () => {
  test('group commit prepares its INSERT once per connection, for all groups', async () => {
    const container = await forThisTest(openOrderLab({ url: lab.url, poolSize: 1 }));
    await container.create(anOrder());
    await container.create(anOrder());

    const prepared = await container.database.query<{ runs: number }>(
      `SELECT generic_plans + custom_plans AS runs FROM pg_prepared_statements WHERE statement LIKE '%INSERT INTO public.orders%'`,
    );
    expect(prepared).toEqual([{ runs: 2 }]);
  });

  test('a lone create is one statement and one send', async () => {
    await lab.create(anOrder());

    expect(lab.statements).toHaveLength(1);
    expect(lab.queue.sends).toHaveLength(1);
  });

  test('orders with details share their statement with others, and a group without details has the statement of always', async () => {
    await lab.create(anOrder());
    const [without] = lab.statements;
    lab.statements.length = 0;
    const details = { customerRef: 'customer 17' };
    await Promise.all([anOrder({ details }), anOrder(), anOrder({ details })].map((order) => lab.create(order)));

    expect(without).not.toContain('order_details');
    expect(lab.statements).toEqual([expect.stringContaining('INSERT INTO public.order_details')]);
  });

  test('concurrent creates share statements and sends: 101 take two of each, not 101', async () => {
    const orders = Array.from({ length: 101 }, () => anOrder());

    const outcomes = await Promise.all(orders.map((order) => lab.create(order)));

    expect(outcomes).toEqual(orders.map(() => 'created'));
    expect(inserts()).toBe(2);
    expect(lab.statements).toHaveLength(2);
    expect(lab.queue.sends.length).toBeLessThanOrEqual(3);
    expect(lab.queue.orderIds.sort()).toEqual(orders.map(({ orderId }) => orderId).sort());
  });

  test('no INSERT has more than 100 orders', async () => {
    const orders = Array.from({ length: 301 }, () => anOrder());
    await Promise.all(orders.map((order) => lab.create(order)));

    expect(inserts()).toBe(4);
  });

  test('of 100 creates with one id in one group exactly one succeeds', async () => {
    const order = anOrder();

    const outcomes = await Promise.all(Array.from({ length: 101 }, () => lab.create(order)));

    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(100);
    expect(lab.queue.orderIds).toEqual([order.orderId]);
  });

  test('of two creates with one id in one group, the inserted one gets "created", and its values are kept', async () => {
    await lab.psql.rows('BEGIN; LOCK TABLE orders IN SHARE MODE');
    const first = lab.create(anOrder());
    const twin = anOrder();
    const outcomes = [1, 2, 3].map((userId) => lab.create({ ...twin, userId }));
    await lab.psql.rows('COMMIT');

    await first;
    const winner = (await Promise.all(outcomes)).indexOf('created') + 1;
    expect(await lab.psql.value('SELECT user_id FROM orders WHERE order_id = $1', [twin.orderId])).toBe(winner);
  });

  test('100 creates with one id from as many containers create it once', async () => {
    const order = anOrder();
    const containers = await Promise.all(
      [1, 2, 3, 4].map(() => forThisTest(openOrderLab({ poolSize: 1, url: lab.url }))),
    );

    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, n) => containers[n % containers.length]?.create(order)),
    );

    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(99);
  });
});

describe('a row that Postgres refuses', () => {
  beforeAll(async () => {
    await lab.psql.rows('ALTER TABLE orders ADD CONSTRAINT no_13 CHECK (user_id <> 13) NOT VALID');
  });

  afterAll(async () => {
    await lab.psql.rows('ALTER TABLE orders DROP CONSTRAINT no_13');
  });

  test('a row that Postgres rejects fails alone, and the others of the group are created', async () => {
    const orders = Array.from({ length: 60 }, (_, n) => anOrder({ userId: n % 20 === 13 ? 13 : 1 }));

    const outcomes = await Promise.all(orders.map((order) => lab.create(order)));

    expect(outcomes).toEqual(orders.map(({ userId }) => (userId === 13 ? 'refused' : 'created')));
    const created = orders.filter(({ userId }) => userId !== 13).map(({ orderId }) => orderId);
    expect(lab.queue.orderIds.sort()).toEqual(created.sort());
  });

  test('a lone row that Postgres rejects costs one statement', async () => {
    expect(await lab.create(anOrder({ userId: 13 }))).toBe('refused');
    expect(lab.statements).toHaveLength(1);
  });

  test('a row that Postgres rejects splits its group in halves, so that one of 100 costs a few statements', async () => {
    const orders = Array.from({ length: 101 }, (_, n) => anOrder({ userId: n === 50 ? 13 : 1 }));

    await Promise.all(orders.map((order) => lab.create(order)));

    // The lone first one, 100 at once, and two for each halving of 100 down to 1 (7 of them).
    expect(inserts()).toBeLessThanOrEqual(2 + 2 * 7);
  });
});

describe('a queue that is down', () => {
  test('a queue that is down does not fail a create: the order is created, and due now', async () => {
    lab.queue.refuses = () => true;
    const order = anOrder();

    expect(await lab.create(order)).toBe('created');

    const row = await lab.row(order.orderId);
    expect(row.status).toBe('Pending');
    expect(row.due).toBeLessThanOrEqual(0);
  });

  test('a queue that rejects some messages of a batch makes only their orders due now', async () => {
    const orders = Array.from({ length: 12 }, (_, n) => anOrder({ orderId: `some-${n}` }));
    lab.queue.refuses = ({ orderId }) => orderId.endsWith('5');

    await Promise.all(orders.map((order) => lab.create(order)));

    expect(await lab.psql.rows(`SELECT order_id FROM orders WHERE order_id LIKE 'some-%' AND due_at <= now()`)).toEqual(
      [{ order_id: 'some-5' }],
    );
  });

  test('a queue that hangs costs 500 concurrent creates at most two of its timeouts', async () => {
    const container = await forThisTest(openOrderLab({ url: lab.url }));
    const timeOuts: (() => void)[] = [];
    container.queue.send = async (messages) => {
      await new Promise<void>((resolve) => timeOuts.push(resolve));
      return { accepted: [], failed: messages.map(({ orderId }) => ({ orderId, reason: 'no answer' })) };
    };
    const outcomes = Promise.all(Array.from({ length: 500 }, () => container.create(anOrder({ userId: 500 }))));
    await waitUntil('all are committed', async () => {
      const count = await lab.psql.value<number>('SELECT count(*)::integer FROM orders WHERE user_id = 500');
      return count === 500;
    });

    for (const place of [0, 1]) {
      await waitUntil('a send is under way', () => timeOuts.length > place);
      timeOuts[place]?.();
    }

    expect(new Set(await outcomes)).toEqual(new Set(['created']));
  });

  test('a failed send does not change an order that a worker has claimed in the meantime', async () => {
    const container = await forThisTest(openOrderLab({ url: lab.url }));
    const order = anOrder();
    // Sent after all, although the result said otherwise: a worker is at it before it can be made due.
    container.queue.send = async () => {
      await lab.claim([order.orderId]);
      return { accepted: [], failed: [{ orderId: order.orderId, reason: 'no answer' }] };
    };

    expect(await container.create(order)).toBe('created');

    const row = await lab.row(order.orderId);
    expect(row.status).toBe('Processing');
    expect(row.due).toBeGreaterThan(row.lease ?? Number.POSITIVE_INFINITY);
  });
});

test('idempotency keys that two containers use in opposite order do not deadlock', async () => {
  const container = await forThisTest(openOrderLab({ url: lab.url }));
  const keys = Array.from({ length: 50 }, (_, n) => `crossing-${n}`);
  const createAll = (each: OrderLab, inTheirOrder: string[]) =>
    Promise.all(
      inTheirOrder.map((idempotencyKey, n) =>
        each.create(anOrder({ orderId: `${each === lab}-${n + 100}` }), { idempotencyKey }),
      ),
    );

  const outcomes = [...(await Promise.all([createAll(lab, keys), createAll(container, keys.toReversed())])).flat()];

  expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(keys.length);
  expect(outcomes.filter((outcome) => outcome === 'key-reused')).toHaveLength(keys.length);
  // Two groups each: none was ended by Postgres and repeated.
  const isInsert = (sql: string) => sql.includes('INSERT INTO public.orders');
  expect([...lab.statements, ...container.statements].filter(isInsert)).toHaveLength(4);
});

describe('an idempotency key', () => {
  const idempotencyKey = 'key-1';

  test('an idempotency key returns the same result for the same request, without a second order or message', async () => {
    const lab2 = await forThisTest(openOrderLab());
    const order = anOrder();

    expect(await lab2.create(order, { idempotencyKey })).toBe('created');
    expect(await lab2.create(order, { idempotencyKey })).toBe('replayed');
    expect(lab2.queue.orderIds).toEqual([order.orderId]);
  });

  test('an idempotency key of another request is rejected, also if the order id exists', async () => {
    const order = anOrder();
    await lab.create(order, { idempotencyKey });

    expect(await lab.create(anOrder(), { idempotencyKey })).toBe('key-reused');
    expect(await lab.create({ ...order, userId: 8 }, { idempotencyKey })).toBe('key-reused');
  });

  test('an idempotency key belongs to its owner', async () => {
    expect(await lab.create(anOrder(), { idempotencyKey, owner: 'somebody else' })).toBe('created');
  });
});

test('counters and history agree with the rows after all creates', async () => {
  expect(await findInconsistencies(lab.psql)).toEqual([]);
});
