import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { insertOrders } from '../../lib/orders/sql/insert-orders.ts';
import type { ProcessorOrder } from '../../lib/processors/processor.ts';
import { findInconsistencies } from '../support/consistency.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { anOrder, type OrderLab, openOrderLab, verdictOn } from '../support/order-lab.ts';
import { connectPsql, type Psql } from '../support/psql.ts';
import { waitForLockWaits } from '../support/wait-until.ts';

/** Counter slots (infra/migrations/000001-orders.sql). */
const SLOTS = 64;

let lab: OrderLab;

beforeAll(async () => {
  lab = await openOrderLab({ poolSize: 8 });
});

beforeEach(async () => {
  await lab.psql.rows('TRUNCATE orders');
});

afterEach(async () => {
  expect(await findInconsistencies(lab.psql)).toEqual([]);
});

afterAll(() => lab.close());

const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `order-${String(n).padStart(3, '0')}`);

const isDeadlock = (error: unknown): boolean => (error as { code?: string }).code === '40P01';

describe('many writers on the same orders', () => {
  test('overlapping batches in opposite order, alongside sweeps and manual UPDATEs, never show a deadlock to a worker', async () => {
    const ids = numbered(60);
    await lab.insert(...ids);
    const effects = new Map<string, number>();
    const processor = async ({ orderId }: ProcessorOrder): Promise<void> => {
      effects.set(orderId, (effects.get(orderId) ?? 0) + 1);
    };
    const unfinished = () => lab.psql.value<number>(`SELECT count(*)::integer FROM orders WHERE status <> 'Completed'`);

    /** Each writer has one more round once all orders are done, for late ones to do harm. */
    const untilDone = async (round: () => Promise<unknown>): Promise<void> => {
      for (let done = false; !done; ) {
        done = (await unfinished()) === 0;
        await round();
      }
    };
    const worker = (batch: readonly string[]) => untilDone(() => lab.process(batch, { processor }));
    const sweeper = () => untilDone(() => lab.sweep());
    /** Somebody who knows nothing of our order of locks. His own deadlocks are his. */
    const byHand = (session: Psql, batch: readonly string[]) =>
      untilDone(() =>
        session
          .rows(
            `BEGIN; ${batch.map((id) => `UPDATE orders SET due_at = CASE WHEN due_at IS NOT NULL THEN now() END, user_id = user_id + 1 WHERE order_id = '${id}'`).join(';')}; COMMIT`,
          )
          .catch(async (error: unknown) => {
            await session.rows('ROLLBACK');
            if (!isDeadlock(error)) throw error;
          }),
      );
    const sessions = await Promise.all([lab.openPsql(), lab.openPsql()]);
    const [first, second] = sessions as [Psql, Psql];
    for (const session of sessions) await session.rows(`SET deadlock_timeout = '50ms'`);
    const running = [
      worker(ids.slice(0, 40)),
      worker(ids.slice(0, 40).toReversed()),
      worker(ids.slice(20)),
      worker(ids.slice(20).toReversed()),
      sweeper(),
      sweeper(),
      byHand(first, ids.slice(10, 30)),
      byHand(second, ids.slice(10, 30).toReversed()),
    ];
    await Promise.all(running);

    expect([...effects.values()]).toEqual(ids.map(() => 1));
    expect(await lab.psql.value(`SELECT count(*)::integer FROM orders WHERE token = 1`)).toBe(ids.length);
  });

  test('creates of the same ids in opposite order end with one order each, and no error', async () => {
    const orders = numbered(50).map((orderId) => anOrder({ orderId }));
    const containers = await Promise.all([1, 2, 3].map(() => forThisTest(openOrderLab({ url: lab.url, poolSize: 1 }))));

    const outcomes = await Promise.all(
      containers.flatMap((container, n) =>
        (n % 2 === 0 ? orders : orders.toReversed()).map((order) => container.create(order)),
      ),
    );

    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(50);
    expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(100);
  });

  test('two INSERTs of the same orders in opposite order do not deadlock', async () => {
    const inserts = numbered(10).map((orderId) => ({
      ...anOrder({ orderId }),
      owner: '',
      idempotencyKey: null,
      fingerprint: '',
    }));
    const insert = (orders: typeof inserts) =>
      insertOrders(
        lab.database,
        orders.map((order) => ({ ...order, requestToken: randomUUID() })),
        60,
      );
    // Both come to wait for the one in the middle, having inserted what they have before it.
    const byHand = await lab.openPsql();
    await byHand.rows(
      `BEGIN; INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('order-005', 1, '{}', 1)`,
    );
    const both = [insert(inserts), insert(inserts.toReversed())];
    await waitForLockWaits(lab.psql, 2);
    await byHand.rows('ROLLBACK');

    const inserted = await Promise.all(both);
    expect(inserted.map((tokens) => tokens.size).sort()).toEqual([0, 10]);
  });

  test('two INSERTs that use the same idempotency keys for other ids do not deadlock', async () => {
    const insert = (keysById: Record<string, string | null>) =>
      insertOrders(
        lab.database,
        Object.entries(keysById).map(([orderId, idempotencyKey]) => ({
          ...anOrder({ orderId }),
          owner: '',
          idempotencyKey,
          fingerprint: '',
          requestToken: randomUUID(),
        })),
        60,
      );
    const byHand = await lab.openPsql();
    await byHand.rows(
      `BEGIN; INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('order-5', 1, '{}', 1)`,
    );
    // The first INSERT has inserted its first key when it waits, and the second INSERT waits for that key.
    const first = insert({ 'order-4': 'first', 'order-5': null, 'order-6': 'second' });
    await waitForLockWaits(lab.psql, 1);
    const second = insert({ 'order-7': 'second', 'order-8': 'first' });
    await waitForLockWaits(lab.psql, 2);
    await byHand.rows('ROLLBACK');

    expect((await first).size).toBe(3);
    expect((await second).size).toBe(0);
  });

  test('two finishes of the same orders in opposite order do not deadlock', async () => {
    const ids = numbered(10);
    await lab.insert(...ids);
    const { claims } = await lab.claim(ids);
    const verdicts = claims.map((claim) => verdictOn(claim)).sort((a, b) => (a.orderId < b.orderId ? -1 : 1));
    // Plans that read the orders in the order of the verdicts, as a large table has them.
    const large = ['deadlock_timeout=50ms', 'enable_hashjoin=off', 'enable_mergejoin=off', 'enable_seqscan=off'];
    const options = encodeURIComponent(large.map((setting) => `-c ${setting}`).join(' '));
    const workers = await forThisTest(openOrderLab({ url: `${lab.url}?options=${options}`, poolSize: 2 }));
    // Both come to wait for the one in the middle, having locked what they have before it.
    const byHand = await lab.openPsql();
    await byHand.rows(`BEGIN; SELECT FROM orders WHERE order_id = 'order-005' FOR UPDATE`);
    const both = [workers.finish(...verdicts), workers.finish(...verdicts.toReversed())];
    await waitForLockWaits(lab.psql, 2);
    await byHand.rows('ROLLBACK');

    const finished = await Promise.all(both);
    expect(finished.map((taken) => taken.size).sort()).toEqual([0, 10]);
  });

  test('a session counts events in its own slot only, whose counter row it has locked before', async () => {
    const session = await lab.openPsql();
    for (const id of numbered(8))
      await session.rows(`INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ($1, 1, '{}', 1)`, [
        id,
      ]);
    await session.rows(`UPDATE orders SET status = 'Cancelled', due_at = NULL`);

    const slots = (table: string) => lab.psql.rows<{ slot: number }>(`SELECT DISTINCT slot FROM ${table}`);
    expect(await slots('order_counters')).toEqual([{ slot: session.backendPid % SLOTS }]);
    expect(await slots('order_minutes')).toEqual([{ slot: session.backendPid % SLOTS }]);
  });

  test('transactions of several statements on different orders do not deadlock on the counters', async () => {
    const ids = numbered(48);
    await lab.insert(...ids);
    const sessions = await Promise.all(Array.from({ length: 12 }, () => lab.openPsql()));

    await Promise.all(
      sessions.map(async (session, n) => {
        for (const id of ids.slice(n * 4, n * 4 + 4))
          await session.rows(
            `BEGIN;
             UPDATE orders SET status = 'Cancelled', due_at = NULL WHERE order_id = '${id}';
             INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('${id}-again', 1, '{}', 1);
             DELETE FROM orders WHERE order_id = '${id}';
             COMMIT`,
          );
      }),
    );

    expect(await lab.psql.value('SELECT count(*)::integer FROM orders')).toBe(48);
  });
});

describe('a transaction by hand that holds the counter slot of a worker’s connection', () => {
  let worker: OrderLab;
  let byHand: Psql;
  let slot: number;

  beforeAll(async () => {
    // The worker is who notices, and hence the victim. Postgres checks once per wait, so the transaction by hand has two
    // seconds to start waiting, too.
    worker = await openOrderLab({ url: `${lab.url}?options=-c%20deadlock_timeout%3D2s`, poolSize: 1 });
    const [row] = await worker.database.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    slot = (row?.pid ?? 0) % SLOTS;
    byHand = await connectPsql(lab.url);
    await byHand.rows(`SET deadlock_timeout = '60s'`);
  });

  afterAll(async () => {
    await byHand.end();
    await worker.close();
  });

  const holdSlot = () =>
    `INSERT INTO order_counters AS c (slot) VALUES (${slot}) ON CONFLICT (slot) DO UPDATE SET pending = c.pending`;
  const cancel = (id: string) => `UPDATE orders SET status = 'Cancelled', due_at = NULL WHERE order_id = '${id}'`;

  /** The worker has locked b, and waits for the slot; the transaction has the slot, and goes for b. */
  async function deadlock(work: () => Promise<unknown>): Promise<unknown> {
    await byHand.rows(`BEGIN; ${cancel('a')}; ${holdSlot()}`);
    const working = work();
    await waitForLockWaits(lab.psql, 1);
    const theirs = byHand.rows(`UPDATE orders SET user_id = 5 WHERE order_id = 'b'; COMMIT`);
    await theirs;
    return working;
  }

  test('a claim that a manual transaction deadlocks is retried, not failed', async () => {
    await lab.insert('a', 'b');

    expect(await deadlock(() => worker.process(['b']))).toEqual(['b']);

    expect(await lab.row('b')).toMatchObject({ status: 'Completed', token: 1, crashes: 0 });
    expect((await lab.row('a')).status).toBe('Cancelled');
  });

  test('a finish that a manual transaction deadlocks is retried, not failed', async () => {
    await lab.insert('a', 'b');
    const claimed = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const working = worker.process(['b'], {
      processor: async () => {
        claimed.resolve();
        await go.promise;
      },
    });
    await claimed.promise;

    expect(
      await deadlock(() => {
        go.resolve();
        return working;
      }),
    ).toEqual(['b']);

    expect(await lab.row('b')).toMatchObject({ status: 'Completed', token: 1, crashes: 0 });
  });
});
