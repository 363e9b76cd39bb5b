import { describe, expect, test } from '@jest/globals';
import { redriveOrders } from '../../lib/orders/redrive-orders.ts';
import { labForTests } from '../support/lab-for-tests.ts';
import { type OrderLab, verdictOn } from '../support/order-lab.ts';
import { waitForLockWaits } from '../support/wait-until.ts';

let lab: OrderLab;

labForTests((opened) => {
  lab = opened;
});

/** Claims one order, and lets the lease die, so many times. */
async function crash(orderId: string, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    const { crashes, status } = await lab.row(orderId);
    await lab.claim([orderId], { suspects: crashes > 0 || status === 'Processing' });
    await lab.killLease(orderId);
  }
}

describe('a claim', () => {
  test('a claim takes Pending orders, and returns all that a processor needs', async () => {
    await lab.psql.rows(
      `INSERT INTO orders (order_id, user_id, item_ids, total_amount, created_at)
       VALUES ('a', -5, '{3,1,2}', 12345678901.123456789, '2026-11-01 12:00+00')`,
    );

    const { claims, unclaimed } = await lab.claim(['a']);

    expect(claims).toEqual([
      {
        orderId: 'a',
        owner: '',
        run: 1,
        effectScope: '/1',
        token: 1,
        attempt: 1,
        failures: 0,
        signals: 0,
        detailBytes: null,
        endsAs: null,
        undoAttempts: 0,
        userId: -5,
        itemIds: [3, 1, 2],
        totalAmount: '12345678901.123456789',
        createdAt: new Date('2026-11-01T12:00:00Z'),
      },
    ]);
    expect(unclaimed.size).toBe(0);
  });

  test('a claim gives a lease of the requested time, and the sweep checks just after it', async () => {
    await lab.insert('a');
    await lab.claim(['a'], { leaseSeconds: 30 });

    const row = await lab.row('a');
    expect(row.status).toBe('Processing');
    expect(row.lease).toBeGreaterThan(25);
    expect(row.lease).toBeLessThanOrEqual(30);
    expect((row.due ?? 0) - (row.lease ?? 0)).toBeCloseTo(1);
  });

  test('a claim never gives an order with a live lease to a second worker', async () => {
    await lab.insert('a');
    await lab.claim(['a']);

    for (const suspects of [false, true]) {
      const { claims, unclaimed } = await lab.claim(['a'], { suspects });
      expect(claims).toEqual([]);
      expect(unclaimed.get('a')).toBe('held');
    }
    expect((await lab.row('a')).token).toBe(1);
  });

  test('a claim raises the token each time, and never reuses one', async () => {
    await lab.insert('a');
    const tokens: (number | undefined)[] = [];
    for (let n = 0; n < 3; n += 1) {
      const { claims } = await lab.claim(['a'], { suspects: n > 0, maxCrashes: 100 });
      tokens.push(claims[0]?.token);
      await lab.killLease('a');
    }

    expect(tokens).toEqual([1, 2, 3]);
  });

  test('of 20 concurrent claims of an order exactly one succeeds', async () => {
    await lab.insert('a');

    const results = await Promise.all(Array.from({ length: 20 }, () => lab.claim(['a'])));

    expect(results.flatMap(({ claims }) => claims)).toHaveLength(1);
    const others = results.flatMap(({ unclaimed }) => [...unclaimed.values()]);
    expect(others).toHaveLength(19);
    expect(new Set([...others, 'held', 'locked'])).toEqual(new Set(['held', 'locked']));
  });

  test('a claim of an order that occurs twice in a batch is one claim', async () => {
    await lab.insert('a');

    const { claims } = await lab.claim(['a', 'a']);

    expect(claims.map(({ token }) => token)).toEqual([1]);
  });

  test('a claim of no orders is not an error', async () => {
    const { claims, unclaimed } = await lab.claim([]);

    expect(claims).toEqual([]);
    expect(unclaimed.size).toBe(0);
  });
});

describe('an order that is not claimed says why', () => {
  test('a claim reports an unknown id as unknown, whatever its characters', async () => {
    const ids = ['never-posted', '', '"; DROP TABLE orders; --', '\\', '\u{1F6D2}', 'x'.repeat(5_000)];

    const { claims, unclaimed } = await lab.claim(ids);

    expect(claims).toEqual([]);
    expect(unclaimed).toEqual(new Map(ids.map((id) => [id, 'unknown'])));
  });

  test('a claim reports finished orders as settled', async () => {
    await lab.insert('completed', 'failed', 'cancelled');
    await lab.psql.rows(`UPDATE orders SET status = 'Cancelled', due_at = NULL WHERE order_id = 'cancelled'`);
    const { claims } = await lab.claim(['completed', 'failed']);
    await lab.finish(
      ...claims.map((claim) =>
        verdictOn(claim, claim.orderId === 'failed' ? { status: 'Failed', reasonCode: 'x' } : {}),
      ),
    );

    for (const suspects of [false, true]) {
      const { unclaimed } = await lab.claim(['completed', 'failed', 'cancelled'], { suspects });
      expect([...unclaimed.values()]).toEqual(['settled', 'settled', 'settled']);
    }
  });

  test('a claim reports an order in backoff as waiting, and takes it afterwards', async () => {
    await lab.insert('a');
    await lab.psql.rows(`UPDATE orders SET not_before = now() + interval '1 hour'`);

    expect((await lab.claim(['a'])).unclaimed.get('a')).toBe('waiting');

    await lab.psql.rows(`UPDATE orders SET not_before = now() - interval '1 second'`);
    expect((await lab.claim(['a'])).claims).toHaveLength(1);
    expect((await lab.row('a')).notBefore).toBeNull();
  });

  test('a claim skips an order that a transaction has locked, and takes the others of the batch', async () => {
    await lab.insert('a', 'b', 'c');
    const other = await lab.openPsql();
    await other.rows('BEGIN');
    await other.rows(`SELECT FROM orders WHERE order_id = 'b' FOR UPDATE`);

    const { claims, unclaimed } = await lab.claim(['a', 'b', 'c']);
    await other.rows('ROLLBACK');

    expect(claims.map(({ orderId }) => orderId).sort()).toEqual(['a', 'c']);
    expect(unclaimed).toEqual(new Map([['b', 'locked']]));
    expect((await lab.claim(['b'])).claims).toHaveLength(1);
  });
});

describe('a lease that died', () => {
  test('a dead lease makes its order a suspect, which an ordinary claim skips', async () => {
    await lab.insert('a');
    await crash('a', 1);

    expect((await lab.claim(['a'])).unclaimed.get('a')).toBe('suspect');
    expect((await lab.row('a')).crashes).toBe(0);
  });

  test('a dead lease is counted by the claim that takes the order over', async () => {
    await lab.insert('a');
    await crash('a', 1);

    const { claims } = await lab.claim(['a'], { suspects: true });

    expect(claims[0]?.token).toBe(2);
    expect(await lab.row('a')).toMatchObject({
      status: 'Processing',
      crashes: 1,
      attempts: 0,
      reasonCode: 'worker_lost',
    });
  });

  test('an order stays a suspect after a retry', async () => {
    await lab.insert('a');
    await crash('a', 1);
    const { claims } = await lab.claim(['a'], { suspects: true });
    await lab.finish(verdictOn(claims[0], { status: 'Pending', failures: 1 }));

    expect((await lab.claim(['a'])).unclaimed.get('a')).toBe('suspect');
    expect((await lab.claim(['a'], { suspects: true })).claims).toHaveLength(1);
  });

  test('a claim of suspects skips orders that never lost a worker', async () => {
    await lab.insert('a');

    const { claims, unclaimed } = await lab.claim(['a'], { suspects: true });

    expect(claims).toEqual([]);
    expect(unclaimed.get('a')).toBe('suspect');
  });

  test('a dead lease is taken over by exactly one of 20 concurrent claims, and counted once', async () => {
    await lab.insert('a');
    await crash('a', 1);

    const results = await Promise.all(Array.from({ length: 20 }, () => lab.claim(['a'], { suspects: true })));

    expect(results.flatMap(({ claims }) => claims)).toHaveLength(1);
    expect(await lab.row('a')).toMatchObject({ token: 2, crashes: 1 });
  });

  test('a dead lease at the end of the crash budget makes the order Failed, with the reason', async () => {
    await lab.insert('a');
    await crash('a', 3);

    const { claims, unclaimed } = await lab.claim(['a'], { suspects: true, maxCrashes: 3 });

    expect(claims).toEqual([]);
    expect(unclaimed.get('a')).toBe('settled');
    expect(await lab.row('a')).toMatchObject({
      status: 'Failed',
      crashes: 3,
      token: 4,
      due: null,
      lease: null,
      finished: true,
      reasonCode: 'worker_lost',
      reason: expect.stringMatching(/worker/),
    });
  });

  test('a redrive resets the crash budget', async () => {
    await lab.insert('a');
    await crash('a', 3);
    await lab.claim(['a'], { suspects: true });
    expect(await lab.row('a')).toMatchObject({ status: 'Failed', crashes: 3 });

    await redriveOrders(
      { database: lab.database, queue: lab.queue, resendAfterSeconds: 60, maxRedrives: 1 },
      {
        orderIds: ['a'],
        reasonCode: null,
        owner: null,
        after: null,
        limit: 1,
        dryRun: false,
        newRun: false,
        actor: 'operator',
        reason: 'the machine is replaced',
      },
    );

    expect(await lab.row('a')).toMatchObject({ status: 'Pending', crashes: 0 });
    await crash('a', 2);
    expect((await lab.claim(['a'], { suspects: true })).claims).toHaveLength(1);
  });

  test('a dead lease is in the history, with the worker that took over', async () => {
    await lab.insert('a');
    await crash('a', 1);
    await lab.claim(['a'], { suspects: true, actor: 'worker two' });
    const user = await lab.psql.value('SELECT session_user');

    expect(
      await lab.psql.rows(
        `SELECT from_status, to_status, attempt, token::integer, reason_code, actor FROM order_history ORDER BY entry`,
      ),
    ).toEqual([
      { from_status: null, to_status: 'Pending', attempt: 0, token: 0, reason_code: null, actor: user },
      { from_status: 'Pending', to_status: 'Processing', attempt: 1, token: 1, reason_code: null, actor: 'worker' },
      {
        from_status: 'Processing',
        to_status: 'Processing',
        attempt: 2,
        token: 2,
        reason_code: 'worker_lost',
        actor: 'worker two',
      },
    ]);
  });
});

describe('a finish', () => {
  test('a finish writes its outcome and releases the lease', async () => {
    await lab.insert('a');
    const { claims } = await lab.claim(['a']);

    expect(await lab.finish(verdictOn(claims[0], { processingTime: 2.0056 }))).toEqual(new Set(['a']));

    expect(await lab.row('a')).toMatchObject({
      status: 'Completed',
      processingTime: '2.0056',
      due: null,
      lease: null,
      finished: true,
      token: 1,
    });
  });

  test('a finish with the token of another claim writes nothing', async () => {
    await lab.insert('a');
    const first = (await lab.claim(['a'])).claims[0];
    await lab.killLease('a');
    const second = (await lab.claim(['a'], { suspects: true })).claims[0];
    const before = await lab.psql.rows('SELECT * FROM orders');

    for (const status of ['Completed', 'Failed', 'Pending'] as const)
      expect(await lab.finish(verdictOn(first, { status }))).toEqual(new Set());

    expect(await lab.psql.rows('SELECT * FROM orders')).toEqual(before);
    expect(await lab.finish(verdictOn(second))).toEqual(new Set(['a']));
  });

  test('a finish that waits for the row while another worker takes the order over writes nothing', async () => {
    await lab.insert('a');
    const { claims } = await lab.claim(['a']);
    const other = await lab.openPsql();
    await other.rows(`BEGIN; UPDATE orders SET token = token + 1, crashes = 1 WHERE order_id = 'a'`);

    const finishing = lab.finish(verdictOn(claims[0]));
    await waitForLockWaits(lab.psql, 1);
    await other.rows('COMMIT');

    expect(await finishing).toEqual(new Set());
    expect(await lab.row('a')).toMatchObject({ status: 'Processing', token: 2, crashes: 1, processingTime: null });
  });

  test('a finish of a finished order writes nothing', async () => {
    await lab.insert('a');
    const { claims } = await lab.claim(['a']);
    await lab.finish(verdictOn(claims[0], { processingTime: 1 }));

    expect(await lab.finish(verdictOn(claims[0], { processingTime: 9 }))).toEqual(new Set());
    expect(await lab.finish(verdictOn(claims[0], { status: 'Failed', reasonCode: 'late' }))).toEqual(new Set());

    expect(await lab.row('a')).toMatchObject({ status: 'Completed', processingTime: '1', reasonCode: null });
  });

  test('a finish of an order that was released with the same token writes nothing', async () => {
    await lab.insert('a');
    const { claims } = await lab.claim(['a']);
    await lab.finish(verdictOn(claims[0], { status: 'Pending', failures: 1, delaySeconds: 60 }));

    expect(await lab.finish(verdictOn(claims[0]))).toEqual(new Set());
    expect((await lab.row('a')).status).toBe('Pending');
  });

  test('a finish after a dead lease succeeds as long as nobody else has claimed the order', async () => {
    await lab.insert('a');
    const { claims } = await lab.claim(['a']);
    await lab.killLease('a');

    expect(await lab.finish(verdictOn(claims[0]))).toEqual(new Set(['a']));
  });

  test('a finish of a batch writes the valid outcomes, and skips the others', async () => {
    await lab.insert('a', 'b', 'c');
    const { claims } = await lab.claim(['a', 'b', 'c']);
    const verdicts = claims.map((claim) => verdictOn(claim, claim.orderId === 'b' ? { token: 99 } : {}));

    expect(await lab.finish(...verdicts)).toEqual(new Set(['a', 'c']));
    expect((await lab.row('b')).status).toBe('Processing');
  });
});

test('a worker whose clock is days off claims and finishes like any other, because time is the database’s', async () => {
  await lab.insert('a');
  const realNow = Date.now;
  Date.now = () => realNow() - 5 * 86_400_000;
  try {
    const { claims } = await lab.claim(['a'], { leaseSeconds: 30 });
    expect((await lab.row('a')).lease).toBeGreaterThan(25);
    expect(await lab.finish(verdictOn(claims[0]))).toEqual(new Set(['a']));
  } finally {
    Date.now = realNow;
  }
});
