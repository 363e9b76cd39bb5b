import { describe, expect, test } from '@jest/globals';
import { labForTests } from '../support/lab-for-tests.ts';
import { type OrderLab, RESEND_AFTER, verdictOn } from '../support/order-lab.ts';

let lab: OrderLab;

labForTests((opened) => {
  lab = opened;
});

/** Lets time pass for the sweep: the orders are due as if so many seconds had gone by. */
async function makeDue(where = 'true', seconds = 1): Promise<void> {
  await lab.psql.rows(
    `UPDATE orders SET due_at = now() - $1 * interval '1 second' WHERE due_at IS NOT NULL AND ${where}`,
    [seconds],
  );
}

describe('a sweep', () => {
  test('a sweep sends the orders that are due, and no others', async () => {
    await lab.insert('due', 'not-due', 'completed');
    await lab.process(['completed']);
    await makeDue(`order_id = 'due'`);

    expect(await lab.sweep()).toBe(1);

    expect(lab.queue.orderIds).toEqual(['due']);
  });

  test('a sweep serves owners in turn: orders of ten owners do not wait for ten thousand of another', async () => {
    await lab.psql.rows(
      `INSERT INTO orders (order_id, owner, user_id, item_ids, total_amount, due_at)
       SELECT 'order-' || n, CASE WHEN n <= 10000 THEN 'noisy' ELSE 'owner-' || n % 10 END, 1, '{}', 1,
              now() - interval '1 hour' + n * interval '1 millisecond'
       FROM generate_series(1, 10100) AS n`,
    );

    expect(await lab.sweep()).toBe(10_100);

    const first = lab.queue.sends[0] ?? [];
    expect(first).toHaveLength(500);
    expect(first.filter(({ owner }) => owner !== 'noisy')).toHaveLength(100);
    // Each owner once before one is served again, and then the longest overdue first.
    expect(new Set(first.slice(0, 11).map(({ owner }) => owner)).size).toBe(11);
    const noisy = first.filter(({ owner }) => owner === 'noisy').map(({ orderId }) => orderId);
    expect(noisy).toEqual(Array.from({ length: 400 }, (_, n) => `order-${n + 1}`));
  });

  test('a sweep without due orders sends nothing', async () => {
    await lab.insert('a');

    expect(await lab.sweep()).toBe(0);
    expect(lab.queue.sends).toEqual([]);
  });

  test('a sweep never writes a status, a lease or a token, whatever the state of the order', async () => {
    await lab.insert('pending', 'processing', 'dead');
    await lab.claim(['processing', 'dead']);
    await lab.killLease('dead');
    await makeDue();
    const read = () =>
      lab.psql.rows(
        `SELECT order_id, status, token, lease_until, not_before, attempts, crashes FROM orders ORDER BY order_id`,
      );
    const before = await read();

    expect(await lab.sweep()).toBe(3);

    expect(await read()).toEqual(before);
    expect(await lab.psql.value('SELECT count(*)::integer FROM order_history')).toBe(5);
  });

  test('a sweep does not extend the dead lease of an order', async () => {
    await lab.insert('a');
    await lab.claim(['a']);
    await lab.killLease('a');
    await makeDue();

    for (let n = 0; n < 5; n += 1) {
      await lab.sweep();
      await makeDue();
    }

    expect((await lab.claim(['a'], { suspects: true })).claims).toHaveLength(1);
  });

  test('a sweep checks an order again after twice as long each time, and at most after 15 minutes', async () => {
    await lab.insert('a');
    const waits: number[] = [];
    for (let n = 0; n < 6; n += 1) {
      await makeDue();
      await lab.sweep();
      // Read a moment later.
      waits.push(10 * Math.ceil(((await lab.row('a')).due ?? 0) / 10));
    }

    expect(waits).toEqual([RESEND_AFTER * 2, RESEND_AFTER * 4, RESEND_AFTER * 8, 900, 900, 900]);
  });

  test('a sweep still checks every 15 minutes after thousands of sends', async () => {
    await lab.insert('a');
    await lab.psql.rows('UPDATE orders SET sends = 2147483000');
    await makeDue();

    await lab.sweep();

    expect((await lab.row('a')).due).toBeGreaterThan(890);
  });

  test('a sweep counts sends from zero once a worker has claimed the order', async () => {
    await lab.insert('a');
    await makeDue();
    await lab.sweep();
    expect((await lab.row('a')).sends).toBe(1);

    await lab.claim(['a']);
    expect((await lab.row('a')).sends).toBe(0);
  });

  test('a sweep sends the most overdue orders first', async () => {
    await lab.insert('young', 'old', 'middle');
    await makeDue(`order_id = 'young'`, 10);
    await makeDue(`order_id = 'middle'`, 20);
    await makeDue(`order_id = 'old'`, 30);

    await lab.sweep();

    expect(lab.queue.orderIds).toEqual(['old', 'middle', 'young']);
  });

  test('a sweep goes through a backlog of any length page by page', async () => {
    await lab.psql.rows(
      `INSERT INTO orders (order_id, user_id, item_ids, total_amount, due_at)
       SELECT 'order-' || n, 1, '{}', 1, now() - interval '1 second' FROM generate_series(1, 1200) AS n`,
    );

    expect(await lab.sweep()).toBe(1_200);

    expect(new Set(lab.queue.orderIds).size).toBe(1_200);
    expect(lab.queue.orderIds).toHaveLength(1_200);
    expect(Math.max(...lab.queue.sends.map((messages) => messages.length))).toBeLessThanOrEqual(500);
  });

  test('a sweep sends an order whose undo did not succeed alone', async () => {
    await lab.insert('a');
    await lab.psql.rows(`UPDATE orders SET ends_as = 'Failed', undo_attempts = 1, due_at = now()`);
    await lab.sweep();
    expect(lab.queue.sends.flat()).toMatchObject([{ orderId: 'a', alone: true }]);
  });

  test('a sweep sends an order that lost a worker alone, and lets the others share messages', async () => {
    await lab.insert('killer', 'a', 'b');
    await lab.claim(['killer']);
    await lab.killLease('killer');
    await lab.psql.rows('UPDATE orders SET due_at = now()');

    await lab.sweep();

    expect(new Map(lab.queue.sends.flat().map(({ orderId, alone }) => [orderId, alone]))).toEqual(
      new Map([
        ['killer', true],
        ['a', undefined],
        ['b', undefined],
      ]),
    );
  });

  test('a sweep stops at the first page that the queue rejects, and postpones only what it accepted', async () => {
    await lab.psql.rows(
      `INSERT INTO orders (order_id, user_id, item_ids, total_amount, due_at)
       SELECT 'order-' || n, 1, '{}', 1, now() - interval '1 second' FROM generate_series(1, 1200) AS n`,
    );
    lab.queue.refuses = ({ orderId }) => orderId.endsWith('7');

    const sent = await lab.sweep();

    expect(lab.queue.sends).toHaveLength(1);
    expect(sent).toBe(lab.queue.orderIds.filter((orderId) => !orderId.endsWith('7')).length);
    expect(await lab.psql.value('SELECT count(*)::integer FROM orders WHERE due_at > now()')).toBe(sent);
  });

  test('a sweep changes nothing while the queue is down: the orders stay due', async () => {
    await lab.insert('a', 'b');
    await makeDue();
    lab.queue.refuses = () => true;

    expect(await lab.sweep()).toBe(0);

    expect(await lab.psql.value('SELECT count(*)::integer FROM orders WHERE due_at <= now()')).toBe(2);
    lab.queue.refuses = () => false;
    expect(await lab.sweep()).toBe(2);
  });

  test('a sweep ends before its invocation times out', async () => {
    await lab.insert('a');
    await makeDue();

    expect(await lab.sweep(() => 4_000)).toBe(0);
    expect(lab.queue.sends).toEqual([]);
  });

  test('a sweep does not postpone an order that was claimed while its message was sent', async () => {
    await lab.insert('a');
    await makeDue();
    let due: number | null = null;
    const send = lab.queue.send.bind(lab.queue);
    lab.queue.send = async (messages) => {
      await lab.claim(['a'], { leaseSeconds: 30 });
      due = (await lab.row('a')).due;
      return send(messages);
    };
    try {
      await lab.sweep();
    } finally {
      lab.queue.send = send;
    }

    expect((await lab.row('a')).due).toBeCloseTo(due ?? Number.NaN, 0);
    expect(await lab.row('a')).toMatchObject({ status: 'Processing', sends: 0 });
  });

  test('a sweep ends even if another session has locked all due orders', async () => {
    await lab.psql.rows(
      `INSERT INTO orders (order_id, user_id, item_ids, total_amount, due_at)
       SELECT 'order-' || n, 1, '{}', 1, now() - interval '1 second' FROM generate_series(1, 600) AS n`,
    );
    const other = await lab.openPsql();
    await other.rows('BEGIN; SELECT FROM orders FOR UPDATE');

    await lab.sweep();

    await other.rows('ROLLBACK');
    expect(lab.queue.sends).toHaveLength(1);
  });
});

describe('sweeps and workers at the same time', () => {
  test('two concurrent sweeps only duplicate messages', async () => {
    await lab.insert('a', 'b', 'c');
    await makeDue();

    await Promise.all([lab.sweep(), lab.sweep()]);

    expect(new Set(lab.queue.orderIds)).toEqual(new Set(['a', 'b', 'c']));
    expect(lab.queue.orderIds.length).toBeLessThanOrEqual(6);
    expect(await lab.psql.value('SELECT count(*)::integer FROM orders WHERE due_at <= now()')).toBe(0);
  });

  test('a sweep and a worker leave a finished order finished', async () => {
    await lab.insert('a');
    const { claims } = await lab.claim(['a']);
    await makeDue();
    const send = lab.queue.send.bind(lab.queue);
    lab.queue.send = async (messages) => {
      await lab.finish(verdictOn(claims[0]));
      return send(messages);
    };
    try {
      await lab.sweep();
    } finally {
      lab.queue.send = send;
    }

    expect(await lab.row('a')).toMatchObject({ status: 'Completed', due: null });
  });
});

test('an order whose message is lost over and over is completed by the first message that arrives', async () => {
  await lab.insert('a');
  for (let n = 0; n < 3; n += 1) {
    await makeDue();
    await lab.sweep();
  }

  expect(await lab.process([lab.queue.orderIds.at(-1) ?? ''])).toEqual(['a']);
  expect((await lab.row('a')).status).toBe('Completed');
});
