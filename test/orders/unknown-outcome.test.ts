import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { anOrder, type OrderLab, openOrderLab } from '../support/order-lab.ts';
import { connectPsql, type Psql } from '../support/psql.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { waitForLockWaits, waitUntil } from '../support/wait-until.ts';

const INSERT = 'INSERT INTO public.orders';

let database: TestDatabase;
let psql: Psql;
let proxy: TcpProxy;
let lab: OrderLab;

beforeAll(async () => {
  database = await createTestDatabase();
  psql = await connectPsql(database.url);
});

beforeEach(async () => {
  proxy = await startTcpProxy(database.url);
  lab = await openOrderLab({ url: proxy.url, poolSize: 1, statementTimeoutMs: 1_500 });
});

afterEach(async () => {
  await lab.close();
  await proxy.close();
});

afterAll(async () => {
  await psql.end();
  await database.drop();
});

const rowsOf = (orderId: string) =>
  psql.value<number>('SELECT count(*)::integer FROM orders WHERE order_id = $1', [orderId]);

describe('a connection that breaks while an order is created', () => {
  for (const cut of ['before it is sent', 'when it was sent', 'cut after the reply'] as const)
    test(`a connection that breaks ${cut} leaves one order, and the result is "created"`, async () => {
      const order = anOrder();
      proxy.cutAt(INSERT, cut);

      expect(await lab.create(order)).toBe('created');

      expect(proxy.cutsDone).toBe(1);
      expect(await rowsOf(order.orderId)).toBe(1);
      expect(lab.queue.orderIds).toEqual([order.orderId]);
    });

  test("a duplicate is distinguished from the request's own row that was committed unseen", async () => {
    const order = anOrder();
    await lab.create(order);
    proxy.cutAt(INSERT, 'cut after the reply');

    expect(await lab.create({ ...order, userId: 8 })).toBe('duplicate');
    expect(proxy.cutsDone).toBe(1);
  });

  test('a group with equal ids whose connection breaks creates each order once', async () => {
    const twin = anOrder();
    const others = Array.from({ length: 20 }, () => anOrder());
    const first = lab.create(anOrder());
    proxy.cutAt(twin.orderId, 'cut after the reply');

    const twins = await Promise.all([twin, twin, twin, ...others].map((order) => lab.create(order)));

    expect(await first).toBe('created');
    expect(proxy.cutsDone).toBe(1);
    expect(twins.slice(0, 3).sort()).toEqual(['created', 'duplicate', 'duplicate']);
    expect(twins.slice(3)).toEqual(others.map(() => 'created'));
    expect(lab.queue.orderIds.filter((orderId) => orderId === twin.orderId)).toHaveLength(1);
  });

  test('an INSERT that is retried while the first still runs leaves one order', async () => {
    const order = anOrder();
    await psql.rows('BEGIN; LOCK TABLE orders IN SHARE MODE');
    proxy.cutAt(INSERT, 'when it was sent');

    const outcome = lab.create(order);
    await waitForLockWaits(psql, 2);
    await psql.rows('COMMIT');

    expect(await outcome).toBe('created');
    expect(await rowsOf(order.orderId)).toBe(1);
  });

  test('an INSERT whose connection breaks twice is an error that says so, and the order has a due date if it exists', async () => {
    const order = anOrder();
    proxy.cutAt(INSERT, 'cut after the reply', 'before it is sent');

    await expect(lab.create(order)).rejects.toMatchObject({
      name: 'DatabaseError',
      kind: 'unavailable',
      retryable: true,
    });

    expect(await rowsOf(order.orderId)).toBe(1);
    expect(await psql.value('SELECT due_at IS NOT NULL FROM orders WHERE order_id = $1', [order.orderId])).toBe(true);
    // The client asks again, and "already exists" then means that it was stored.
    expect(await lab.create(order)).toBe('duplicate');
  });
});

describe('a database that does not answer', () => {
  test('a database that refuses connections is unavailable immediately', async () => {
    await proxy.become('closed');

    await expect(lab.create(anOrder())).rejects.toMatchObject({ kind: 'unavailable' });
    await proxy.become('open');
    expect(await lab.create(anOrder())).toBe('created');
  });

  test('a database that stops responding on an open connection is unavailable after the timeouts, and used again afterwards', async () => {
    expect(await lab.create(anOrder())).toBe('created');
    const order = anOrder();
    lab.statements.length = 0;
    await proxy.become('silent');

    await expect(lab.create(order)).rejects.toMatchObject({ kind: 'unavailable' });

    // Each waits for a timeout; a third would exceed that of the client.
    expect(lab.statements.length).toBeLessThanOrEqual(2);
    await proxy.become('open');
    expect(await lab.create(order)).toBe('created');
  });

  test('a lock that lasts longer than the statement timeout leaves no partial order', async () => {
    const order = anOrder();
    await psql.rows('BEGIN; LOCK TABLE orders IN SHARE MODE');

    await expect(lab.create(order)).rejects.toMatchObject({ kind: 'unavailable', sqlState: '57014' });

    await psql.rows('COMMIT');
    await waitUntil('nobody runs the INSERT any more', async () => {
      const running = await psql.value<number>(
        `SELECT count(*)::integer FROM pg_stat_activity
         WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()`,
      );
      return running === 0;
    });
    expect(await lab.create(order)).toBe('created');
    expect(await rowsOf(order.orderId)).toBe(1);
  });
});
