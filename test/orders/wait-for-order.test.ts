import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { AmbiguousOrder } from '../../lib/orders/sql/find-owners.ts';
import { MAX_WAITERS, makeReadOrder, type Wait } from '../../lib/orders/wait-for-order.ts';
import { type OrderLab, openOrderLab } from '../support/order-lab.ts';
import { waitUntil } from '../support/wait-until.ts';

let lab: OrderLab;
beforeAll(async () => {
  lab = await openOrderLab();
});
beforeEach(async () => {
  await lab.psql.rows('TRUNCATE orders');
  lab.statements.length = 0;
});
afterAll(() => lab.close());

const reader = (maxWaitSeconds = 25) =>
  makeReadOrder({ database: lab.database, maxWaitSeconds, statementTimeoutMs: 2_000 });
const completion = (wait: Partial<Wait> = {}): Wait => ({
  seconds: 25,
  isAwaited: ({ status }) => status === 'Completed',
  remainingMs: () => 29_000,
  ...wait,
});
const polls = () => lab.statements.filter((sql) => sql.includes('count(s.undone_at)'));
const ids = (count: number) => Array.from({ length: count }, (_, n) => `ORD-${n}`);

test('waiters for many orders share the statements that poll', async () => {
  const orderIds = ids(100);
  await lab.insert(...orderIds);
  const read = reader();

  const waiting = Promise.all(orderIds.map((orderId) => read(orderId, null, completion())));
  await waitUntil('they have polled three times', () => polls().length >= 3);
  await lab.process(orderIds);

  expect((await waiting).map((order) => order?.status)).toEqual(orderIds.map(() => 'Completed'));
  // At most ten per second; without sharing, each waiter would poll three times.
  expect(polls().length).toBeLessThan(orderIds.length);
});

test('polls become rarer, to one per second', async () => {
  await lab.insert('a');
  expect(await reader()('a', null, completion({ seconds: 4 }))).toMatchObject({ status: 'Pending' });
  expect(polls().length).toBeGreaterThan(2);
  expect(polls().length).toBeLessThan(8);
});

test('a wait ends when the caller is gone', async () => {
  await lab.insert('a');
  const caller = new AbortController();
  const waiting = reader()('a', null, completion({ callerGone: caller.signal }));
  await waitUntil('it polls', () => polls().length > 0);
  caller.abort();
  expect(await waiting).toMatchObject({ status: 'Pending' });
  const polled = polls().length;
  expect(await reader()('a', null, completion({ callerGone: caller.signal }))).toMatchObject({ status: 'Pending' });
  expect(polls()).toHaveLength(polled);
});

test('with MAX_WAIT_SECONDS=0, and for more waiters than a process may have, the response comes at once', async () => {
  await lab.insert('a');
  expect(await reader(0)('a', null, completion())).toMatchObject({ status: 'Pending' });
  expect(polls()).toEqual([]);

  const read = reader();
  const waiting = ids(MAX_WAITERS).map(() => read('a', null, completion()));
  expect(await read('a', null, completion())).toMatchObject({ status: 'Pending' });
  await lab.process(['a']);
  for (const order of await Promise.all(waiting)) expect(order).toMatchObject({ status: 'Completed' });
});

test('a wait for one of two orders with the same id polls the one of the given owner', async () => {
  await lab.insert('a');
  await lab.psql.rows(
    `INSERT INTO orders (order_id, owner, user_id, item_ids, total_amount) VALUES ('a', 'shop', 1, '{}', 1)`,
  );
  await expect(reader()('a', null, completion())).rejects.toThrow(AmbiguousOrder);

  const waiting = reader()('a', 'shop', completion({ isAwaited: ({ userId }) => userId === 2 }));
  await waitUntil('it polls', () => polls().length > 0);
  await lab.psql.rows(`UPDATE orders SET user_id = 2 WHERE owner = 'shop'`);
  expect(await waiting).toMatchObject({ owner: 'shop', userId: 2 });
});

test('a caller learns that a wait of the order has timed out, although its row has not changed', async () => {
  await lab.insert('a');
  await lab.psql.rows(
    `INSERT INTO order_steps (owner, order_id, run, name, kind, attempt, token, started_at, finished_at, wake_at)
     VALUES ('', 'a', 1, 'paid', 'wait', 1, 1, now(), now(), now())`,
  );
  const isAwaited: Wait['isAwaited'] = ({ steps }) => steps[0]?.state === 'timed_out';
  const waiting = reader()('a', null, completion({ seconds: 5, isAwaited }));
  await waitUntil('it knows the version', () => polls().length > 1);
  await lab.psql.rows(`INSERT INTO order_signals (owner, order_id, run, name) VALUES ('', 'a', 1, 'paid')`);
  expect(await waiting).toMatchObject({ steps: [{ state: 'timed_out' }] });
});
