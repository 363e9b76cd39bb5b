import { describe, expect, test } from '@jest/globals';
import type { Database } from '../../lib/database/database.ts';
import { getMetrics } from '../../lib/orders/get-metrics.ts';
import { DATA_API_CLAIMS } from '../../lib/orders/slots.ts';
import {
  countUnrecorded,
  findCounterDrift,
  findOverdue,
  findUnfinished,
  recordRepairs,
  recount,
} from '../../lib/orders/sql/audit-orders.ts';
import { findDueOrders, postponeOrders } from '../../lib/orders/sql/due-orders.ts';
import { makeDueNow } from '../../lib/orders/sql/make-due-now.ts';
import { readHistory } from '../../lib/orders/sql/read-history.ts';
import { readOrder } from '../../lib/orders/sql/read-order.ts';
import { rollUpMinutes } from '../../lib/orders/sql/roll-up-minutes.ts';
import { sweepOrders } from '../../lib/orders/sweep-orders.ts';
import { PermanentFailure, TransientFailure } from '../../lib/processors/processor.ts';
import { DRIVERS, type Subject } from '../support/contract.ts';
import { beforeEachTest, HARD, type UseCases } from '../support/contract-use-cases.ts';
import { anOrder, countdown, RESEND_AFTER, verdictOn } from '../support/order-lab.ts';

describe.each(DRIVERS)('the use cases over $name', ({ open, canCut }) => {
  let subject: Subject;
  let database: Database;
  let cases: UseCases;
  const testCuts = canCut ? test : test.skip;
  beforeEachTest(open, (fresh) => {
    ({ subject, database, cases } = fresh);
  });

  describe('create', () => {
    test('an order is created and read back unchanged', async () => {
      for (const order of [HARD, anOrder({ itemIds: [3, 1, 2] })]) {
        expect(await cases.create(order)).toBe('created');
        expect(await readOrder(database, order.orderId, null)).toEqual({
          ...order,
          owner: '',
          status: 'Pending',
          processingTime: null,
          createdAt: expect.any(Date),
          finishedAt: null,
          attempts: 0,
          crashes: 0,
          cancelRequestedAt: null,
          endsAs: null,
          redrives: 0,
          nextAttemptAt: null,
          reasonCode: null,
          reason: null,
          steps: [],
          version: expect.any(String),
        });
      }
      expect(cases.queue.orderIds).toContain(HARD.orderId);
      expect(await readOrder(database, 'nobody', null)).toBeUndefined();
    });

    test('of 50 concurrent creates with the same id one succeeds, and 150 with different ids all succeed', async () => {
      const twin = anOrder();
      const orders = Array.from({ length: 150 }, () => anOrder());

      const outcomes = await Promise.all(
        [...Array.from({ length: 50 }, () => twin), ...orders].map((o) => cases.create(o)),
      );

      expect(outcomes.slice(0, 50).filter((outcome) => outcome === 'created')).toHaveLength(1);
      expect(outcomes.slice(0, 50).filter((outcome) => outcome === 'duplicate')).toHaveLength(49);
      expect(new Set(outcomes.slice(50))).toEqual(new Set(['created']));
    });

    test('an order is created once per idempotency key, and other values with the key are rejected', async () => {
      const order = anOrder();
      const key = { idempotencyKey: 'key "1"' };

      expect(await cases.create(order, key)).toBe('created');
      expect(await cases.create(order, key)).toBe('replayed');
      expect(await cases.create(anOrder(), key)).toBe('key-reused');
      expect(await cases.create({ ...order, userId: 8 })).toBe('duplicate');
    });

    test('of orders that are created together with one idempotency key, one is created', async () => {
      const [first, second, third] = [anOrder({ orderId: '1' }), anOrder({ orderId: '2' }), anOrder({ orderId: '3' })];
      const shared = { idempotencyKey: 'shared' };

      const outcomes = await Promise.all([
        cases.create(first, shared),
        cases.create(first, shared),
        cases.create(second, shared),
        cases.create(third, { idempotencyKey: 'its own' }),
      ]);

      expect(outcomes).toEqual(['created', 'replayed', 'key-reused', 'created']);
    });

    test('all orders are created except the one that Postgres rejects', async () => {
      const orders = [anOrder(), anOrder({ orderId: 'n\0l' }), anOrder()];

      expect(await Promise.all(orders.map((order) => cases.create(order)))).toEqual([
        'created',
        'untranslatable',
        'created',
      ]);
    });

    test('an order whose message cannot be sent is created and due now', async () => {
      cases.queue.refuses = () => true;
      const { orderId } = anOrder();

      expect(await cases.create(anOrder({ orderId }))).toBe('created');
      expect(await findDueOrders(database, 10)).toEqual([{ orderId, owner: '' }]);
    });

    testCuts.each(['before it is sent', 'when it was sent', 'cut after the reply'] as const)(
      'over a connection that breaks %s: the row tells whose it is',
      async (cut) => {
        const order = anOrder();
        const cutsBefore = subject.cutsDone();
        subject.cutAt('INSERT INTO public.orders', cut);

        expect(await cases.create(order)).toBe('created');
        expect(subject.cutsDone() - cutsBefore).toBe(1);
        expect(await cases.create(order)).toBe('duplicate');
        expect(cases.queue.orderIds).toEqual([order.orderId]);
      },
    );
  });

  describe('claim', () => {
    test('a claim takes Pending orders, and returns what a processor needs', async () => {
      await cases.create(HARD);

      const { claims, unclaimed } = await cases.claim([HARD.orderId, 'nobody']);

      expect(claims).toEqual([
        {
          ...HARD,
          owner: '',
          run: 1,
          effectScope: expect.stringMatching(/\/1$/),
          token: 1,
          attempt: 1,
          failures: 0,
          signals: 0,
          detailBytes: null,
          endsAs: null,
          undoAttempts: 0,
          createdAt: expect.any(Date),
        },
      ]);
      expect([...unclaimed]).toEqual([['nobody', 'unknown']]);
      expect((await cases.claim([HARD.orderId])).unclaimed.get(HARD.orderId)).toBe('held');
    });

    test('a claim gives each order to only one of many workers', async () => {
      const orderIds = ['a', 'b', 'c', 'd', 'e'];
      await cases.insert(...orderIds);

      const results = await Promise.all(
        Array.from({ length: 8 }, (_, n) => cases.claim(n % 2 ? orderIds : orderIds.toReversed())),
      );

      const claimed = results.flatMap(({ claims }) => claims.map(({ orderId }) => orderId));
      expect(claimed.sort()).toEqual(orderIds);
    });

    test('a claim takes a lost order until its crash budget is used up', async () => {
      await cases.insert('a');
      await cases.claim(['a']);
      await cases.killLease('a');

      expect((await cases.claim(['a'])).unclaimed.get('a')).toBe('suspect');
      expect((await cases.claim(['a'], { suspects: true })).claims).toEqual([expect.objectContaining({ token: 2 })]);
      await cases.killLease('a');
      expect((await cases.claim(['a'], { suspects: true })).unclaimed.get('a')).toBe('settled');
      expect(await readOrder(database, 'a', null)).toMatchObject({
        status: 'Failed',
        crashes: 2,
        reasonCode: 'worker_lost',
      });
    });

    test('a claim of no orders returns nothing', async () => {
      expect(await cases.claim([])).toEqual({ claims: [], unclaimed: new Map() });
    });
  });

  describe('finish', () => {
    test('finishing writes each outcome, only with the token of the claim', async () => {
      await cases.insert('a', 'b', 'c', 'd');
      const { claims } = await cases.claim(['a', 'b', 'c', 'd']);
      const of = (orderId: string) => claims.find((each) => each.orderId === orderId);

      const taken = await cases.finish(
        verdictOn(of('a'), { processingTime: 2.000006 }),
        verdictOn(of('b'), {
          status: 'Failed',
          processingTime: null,
          failures: 1,
          reasonCode: 'x',
          reason: `it's "é"`,
        }),
        verdictOn(of('c'), { status: 'Pending', processingTime: null, failures: 1, delaySeconds: 2.5 }),
        verdictOn(of('d'), { token: 7 }),
      );

      expect(taken).toEqual(new Set(['a', 'b', 'c']));
      expect(await readOrder(database, 'a', null)).toMatchObject({
        status: 'Completed',
        processingTime: 2.000006,
        finishedAt: expect.any(Date),
      });
      expect(await readOrder(database, 'b', null)).toMatchObject({
        status: 'Failed',
        reasonCode: 'x',
        reason: `it's "é"`,
      });
      expect(await readOrder(database, 'c', null)).toMatchObject({
        status: 'Pending',
        nextAttemptAt: expect.any(Date),
      });
      expect(await cases.statusOf('d')).toBe('Processing');
      expect((await cases.claim(['c'])).unclaimed.get('c')).toBe('waiting');
    });

    test('finishing succeeds eventually after an outage', async () => {
      await cases.insert('a');
      const cutsBefore = subject.cutsDone();
      if (canCut) subject.cutAt('WITH verdicts', 'before it is sent', 'when it was sent', 'before it is sent');

      expect(await cases.process(['a'])).toEqual(new Set(['a']));
      expect(subject.cutsDone() - cutsBefore).toBe(canCut ? 3 : 0);
      expect(await cases.statusOf('a')).toBe('Completed');
      expect((await readHistory(database, 'a', null)).map(({ to }) => to)).toEqual([
        'Pending',
        'Processing',
        'Completed',
      ]);
    });
  });

  test('orders with as many items as possible are claimed and completed together', async () => {
    const ids = Array.from({ length: 2 * DATA_API_CLAIMS }, (_, n) => `order-${n}`);
    await cases.insert(...ids);
    await database.query('UPDATE public.orders SET item_ids = array_fill(-2147483648, ARRAY[1000])');
    const deps = { concurrency: ids.length, maxClaims: DATA_API_CLAIMS };
    expect((await cases.process(ids, deps)).size).toBe(ids.length);
    expect(await database.query(`SELECT order_id FROM public.orders WHERE status <> 'Completed'`)).toEqual([]);
  });

  test('a batch is processed to its outcomes, and the history has the actors', async () => {
    await cases.insert('good', 'bad', 'shaky');
    const processor = async ({ orderId }: { orderId: string }) => {
      if (orderId === 'bad') throw new PermanentFailure('card_declined', 'no');
      if (orderId === 'shaky') throw new TransientFailure('bank_away', 'later');
    };

    expect(await cases.process(['good', 'bad', 'shaky'], { processor })).toEqual(new Set(['good', 'bad', 'shaky']));

    expect(await Promise.all(['good', 'bad', 'shaky'].map((id) => cases.statusOf(id)))).toEqual([
      'Completed',
      'Failed',
      'Pending',
    ]);
    expect(cases.queue.sends).toEqual([[{ orderId: 'shaky', owner: '', hops: 0, delaySeconds: expect.any(Number) }]]);
    const moves = (await readHistory(database, 'bad', null)).map(({ at, ...move }) => ({
      ...move,
      dated: at instanceof Date,
    }));
    expect(moves).toEqual([
      { from: null, to: 'Pending', attempt: 0, reasonCode: null, reason: null, actor: expect.any(String), dated: true },
      { from: 'Pending', to: 'Processing', attempt: 1, reasonCode: null, reason: null, actor: 'worker', dated: true },
      {
        from: 'Processing',
        to: 'Failed',
        attempt: 1,
        reasonCode: 'card_declined',
        reason: 'no',
        actor: 'worker',
        dated: true,
      },
    ]);
  });

  test('the sweep sends due orders, and checks them again later', async () => {
    await cases.insert('a', 'b');
    expect(await sweepOrders(cases.shared, countdown(60_000))).toBe(0);
    await cases.makeDue();

    expect(await sweepOrders(cases.shared, countdown(60_000))).toBe(2);

    expect(cases.queue.orderIds.sort()).toEqual(['a', 'b']);
    expect(await findDueOrders(database, 10)).toEqual([]);
    await makeDueNow(database, ['b', 'nobody']);
    expect(await findDueOrders(database, 10)).toEqual([{ orderId: 'b', owner: '' }]);
    expect(await postponeOrders(database, ['a', 'b'], RESEND_AFTER)).toBe(1);
  });

  test('a due order that lost a worker is sent alone', async () => {
    await cases.insert('killer', 'other');
    await cases.claim(['killer']);
    await cases.killLease('killer');
    await cases.makeDue();

    const due = await findDueOrders(database, 10);

    expect(new Map(due.map(({ orderId, alone }) => [orderId, alone]))).toEqual(
      new Map([
        ['killer', true],
        ['other', undefined],
      ]),
    );
  });

  test('Failed orders are redriven by id, by cause and all, up to the redrive limit', async () => {
    await cases.insert('a', 'b', 'c');
    const { claims } = await cases.claim(['a', 'b', 'c']);
    await cases.finish(
      ...claims.map((each) => verdictOn(each, { status: 'Failed', reasonCode: `is ${each.orderId}` })),
    );

    expect(await cases.redrive({ dryRun: true })).toEqual({ redrivable: ['a', 'b', 'c'], capped: 0 });
    expect(await cases.redrive({ dryRun: true, after: 'a' })).toEqual({ redrivable: ['b', 'c'], capped: 0 });
    expect(await cases.redrive({ orderIds: ['a', 'nobody'] })).toEqual({ redrivable: ['a'], capped: 0 });
    expect(await cases.redrive({ reasonCode: 'is b' })).toEqual({ redrivable: ['b'], capped: 0 });
    expect(cases.queue.orderIds).toEqual(['a', 'b']);
    const again = await cases.claim(['a']);
    await cases.finish(verdictOn(again.claims[0], { status: 'Failed', reasonCode: 'again' }));
    expect(await cases.redrive({})).toEqual({ redrivable: ['c'], capped: 1 });
    expect((await readHistory(database, 'c', null)).at(-1)).toMatchObject({ reason: 'mended', actor: 'operator' });
  });

  test('events are counted, and the minutes are rolled up', async () => {
    await cases.insert('a', 'b', 'c');
    const { claims } = await cases.claim(['a', 'b']);
    await cases.finish(
      verdictOn(
        claims.find(({ orderId }) => orderId === 'a'),
        { processingTime: 2.25 },
      ),
      verdictOn(
        claims.find(({ orderId }) => orderId === 'b'),
        { status: 'Failed', reasonCode: 'x', processingTime: null },
      ),
    );

    const before = await getMetrics(database, 60);
    expect(before.counters).toEqual({
      byStatus: { Pending: 1, Processing: 0, Waiting: 0, Completed: 1, Failed: 1, Cancelled: 0 },
      averageProcessingTime: 2.25,
    });
    expect(before.longestWait).toBeGreaterThan(0);
    expect(before.window.failures).toEqual({ x: 1 });
    expect(before.window.processing.average).toBe(2.25);
    expect(before.window.minutes[0]?.minute).toBeInstanceOf(Date);

    await database.query(`UPDATE order_minutes SET minute = minute - interval '10 minutes'`);
    await rollUpMinutes(database);
    const after = await getMetrics(database, 60);
    expect(after.window.failures).toEqual({ x: 1 });
    expect(await database.query('SELECT count(*) AS young FROM order_minutes WHERE slot >= 0')).toEqual([{ young: 0 }]);
  });

  describe('audit', () => {
    test('the audit finds nothing in a consistent database', async () => {
      await cases.insert('a');
      expect(await findOverdue(database, 180)).toEqual({ orders: 0, oldestSeconds: 0 });
      expect(await findCounterDrift(database)).toEqual([]);
      expect(await countUnrecorded(database)).toBe(0);
      expect([...(await findUnfinished(database, ['a', 'nobody']))]).toEqual([['a', { unfinished: true }]]);
    });

    test('the audit finds and fixes overdue orders, counters and history', async () => {
      await cases.insert('a', 'b');
      await database.query(`UPDATE orders SET due_at = now() - interval '10 minutes' WHERE order_id = 'a'`);
      await database.query('UPDATE order_counters SET pending = pending + 3');
      await database.query(`UPDATE order_history SET to_status = 'Failed' WHERE order_id = 'b'`);

      const overdue = await findOverdue(database, 180);
      expect(overdue.orders).toBe(1);
      expect(overdue.oldestSeconds).toBeCloseTo(600, -1);
      expect(await findCounterDrift(database)).toEqual([
        { figure: 'Pending', counted: expect.any(String), actual: '2' },
      ]);
      await recount(database);
      expect(await findCounterDrift(database)).toEqual([]);
      expect(await countUnrecorded(database)).toBe(1);
      expect(await recordRepairs(database, 'doctor')).toBe(1);
      expect(await countUnrecorded(database)).toBe(0);
    });
  });
});
