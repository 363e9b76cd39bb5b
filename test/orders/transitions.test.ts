import { describe, expect, test } from '@jest/globals';
import { NEXT_STATES } from '../../lib/orders/order.ts';
import { findInconsistencies } from '../support/consistency.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { labForTests } from '../support/lab-for-tests.ts';
import { type OrderLab, openOrderLab } from '../support/order-lab.ts';

const STATES = ['Pending', 'Processing', 'Waiting', 'Completed', 'Failed', 'Cancelled'] as const;
type State = (typeof STATES)[number];

const LEGAL = new Set([
  'Pending to Processing',
  'Processing to Completed',
  'Processing to Failed',
  'Processing to Pending',
  'Processing to Waiting',
  'Waiting to Processing',
  'Waiting to Cancelled',
  'Pending to Cancelled',
  'Failed to Pending',
]);

let lab: OrderLab;

labForTests((opened) => {
  lab = opened;
});

/** An INSERT straight into a state, as seeds do it. */
async function insertIn(state: State, orderId: string = state): Promise<void> {
  await lab.psql.rows(
    `INSERT INTO orders (order_id, user_id, item_ids, total_amount, status, due_at, lease_until, processing_time)
     VALUES ($1, 1, '{1}', 9.5, $2::text,
       CASE WHEN $2::text IN ('Pending', 'Processing', 'Waiting') THEN now() END,
       CASE WHEN $2::text = 'Processing' THEN now() END,
       CASE WHEN $2::text = 'Completed' THEN 2.5 END)`,
    [orderId, state],
  );
}

/** An UPDATE with everything that the target state needs, so that only the transition itself can be refused. */
const moveTo = (state: State, where = 'true', token = 'token + 1') =>
  lab.psql.rows(
    `UPDATE orders SET status = $1::text, token = ${token},
       due_at = CASE WHEN $1::text IN ('Pending', 'Processing', 'Waiting') THEN now() END,
       lease_until = CASE WHEN $1::text = 'Processing' THEN now() END
     WHERE ${where}`,
    [state],
  );

test('the next states in the API are those that Postgres allows', () => {
  const told = STATES.flatMap((from) => NEXT_STATES[from].map((to) => `${from} to ${to}`));
  // Only the verdict of the worker that holds it can make it Cancelled.
  expect(new Set(told)).toEqual(new Set([...LEGAL, 'Processing to Cancelled']));
});

describe('an UPDATE of the status', () => {
  for (const from of STATES)
    for (const to of STATES) {
      if (from === to) continue;
      const move = `${from} to ${to}`;
      if (LEGAL.has(move))
        test(`an UPDATE can move an order from ${move}`, async () => {
          await insertIn(from);
          await moveTo(to);
          expect((await lab.row(from)).status).toBe(to);
        });
      else
        test(`an UPDATE cannot move an order from ${move}`, async () => {
          await insertIn(from);
          await expect(moveTo(to)).rejects.toMatchObject({
            code: '23514',
            constraint: 'orders_legal_transitions',
            message: `order ${from} may not move from ${move}`,
          });
          expect((await lab.row(from)).status).toBe(from);
        });
    }

  test('an UPDATE is rejected as a whole if one of many rows moves illegally', async () => {
    await insertIn('Processing', 'a');
    await insertIn('Pending', 'b');

    await expect(moveTo('Completed')).rejects.toMatchObject({ constraint: 'orders_legal_transitions' });
    expect((await lab.row('a')).status).toBe('Processing');
  });

  test.each(['Failed', 'Pending', 'Waiting'] as const)(
    'an UPDATE of a Processing order that was cancelled to %s makes it Cancelled',
    async (verdict) => {
      await insertIn('Processing');
      await lab.psql.rows('UPDATE orders SET cancel_requested_at = now()');
      await moveTo(verdict);
      expect((await lab.row('Processing')).status).toBe('Cancelled');
    },
  );

  test.each([
    ['Processing', 'Completed'],
    ['Processing', 'Waiting'],
  ] as const)('an UPDATE cannot move an order in undo from %s to %s', async (from, to) => {
    await insertIn(from);
    await lab.psql.rows(`UPDATE orders SET ends_as = 'Failed'`);
    await expect(moveTo(to)).rejects.toMatchObject({ constraint: 'orders_legal_transitions' });
  });

  test('an UPDATE cannot set an unknown state', async () => {
    await insertIn('Pending');
    await expect(lab.psql.rows(`UPDATE orders SET status = 'Lost'`)).rejects.toMatchObject({ code: '23514' });
    await expect(lab.psql.rows(`UPDATE orders SET status = NULL`)).rejects.toMatchObject({ code: '23502' });
  });

  test('an UPDATE cannot claim an order without a new token', async () => {
    await insertIn('Pending');
    await expect(moveTo('Processing', 'true', 'token')).rejects.toMatchObject({
      constraint: 'orders_legal_transitions',
    });
  });

  test('an UPDATE cannot lower a token', async () => {
    await insertIn('Pending');
    await moveTo('Processing');
    await expect(moveTo('Completed', 'true', 'token - 1')).rejects.toMatchObject({
      constraint: 'orders_legal_transitions',
    });
  });

  test('an UPDATE cannot change the id of an order', async () => {
    await insertIn('Pending', 'a');
    await expect(lab.psql.rows(`UPDATE orders SET order_id = 'b'`)).rejects.toMatchObject({ code: '23514' });
  });

  test('other statements that change a status are rejected, too', async () => {
    await insertIn('Completed', 'a');

    for (const sql of [
      `INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('a', 1, '{}', 1)
       ON CONFLICT (order_id, owner) DO UPDATE SET status = 'Pending', due_at = now()`,
      `MERGE INTO orders o USING (SELECT 'a' AS id) AS s ON o.order_id = s.id
       WHEN MATCHED THEN UPDATE SET status = 'Pending', due_at = now()`,
      `WITH moved AS (UPDATE orders SET status = 'Pending', due_at = now() RETURNING 1) SELECT count(*) FROM moved`,
    ])
      await expect(lab.psql.rows(sql)).rejects.toMatchObject({ constraint: 'orders_legal_transitions' });
  });
});

describe('a row can never be', () => {
  const bad: [string, string][] = [
    [
      'unfinished without a due date',
      `INSERT INTO orders (order_id, user_id, item_ids, total_amount, due_at) VALUES ('a', 1, '{}', 1, NULL)`,
    ],
    [
      'finished with a due date',
      `INSERT INTO orders (order_id, user_id, item_ids, total_amount, status) VALUES ('a', 1, '{}', 1, 'Completed')`,
    ],
    [
      'Pending with a lease',
      `INSERT INTO orders (order_id, user_id, item_ids, total_amount, lease_until) VALUES ('a', 1, '{}', 1, now())`,
    ],
    [
      'Processing without a lease',
      `INSERT INTO orders (order_id, user_id, item_ids, total_amount, status) VALUES ('a', 1, '{}', 1, 'Processing')`,
    ],
    ['without an id', `INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('', 1, '{}', 1)`],
    [
      'worth less than nothing',
      `INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('a', 1, '{}', -0.01)`,
    ],
    [
      'of more than 1,000 items',
      `INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('a', 1, array_fill(1, '{1001}'), 1)`,
    ],
    [
      'with an id of more than 255 characters',
      `INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES (repeat('a', 256), 1, '{}', 1)`,
    ],
    [
      'a second row that says whether processing is paused',
      `INSERT INTO processing_control (only_row, paused, since, actor) VALUES (false, true, now(), 'postgres')`,
    ],
    ['worth NaN', `INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('a', 1, '{}', 'NaN')`],
    [
      'worth infinitely much',
      `INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('a', 1, '{}', 'Infinity')`,
    ],
    ['worth 1e12', `INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('a', 1, '{}', 1e12)`],
  ];
  for (const [what, sql] of bad)
    test(what, async () => {
      await expect(lab.psql.rows(sql)).rejects.toMatchObject({ code: '23514' });
    });

  test('an INSERT with only the old columns sets a due date', async () => {
    await lab.insert('a');
    expect((await lab.row('a')).due).toBeGreaterThan(0);
  });
});

describe('counters and history follow whatever is written by hand', () => {
  const steps: [string, string][] = [
    [
      'an INSERT of many states',
      `
      INSERT INTO orders (order_id, user_id, item_ids, total_amount, status, due_at, processing_time)
      SELECT 'x' || n, 1, '{}', 1, (ARRAY['Completed', 'Failed', 'Cancelled'])[1 + n % 3], NULL, n / 7.0
      FROM generate_series(1, 30) AS n`,
    ],
    ['a COPY-like INSERT of none', `INSERT INTO orders SELECT * FROM orders WHERE false`],
    ['an UPDATE that changes no status', `UPDATE orders SET user_id = user_id + 1`],
    ['an UPDATE of no rows', `UPDATE orders SET user_id = 1 WHERE false`],
    ['an UPDATE of a processing time', `UPDATE orders SET processing_time = 99.125 WHERE status = 'Completed'`],
    ['an UPDATE to no processing time', `UPDATE orders SET processing_time = NULL WHERE order_id IN ('x3', 'x6')`],
    ['a redrive by hand', `UPDATE orders SET status = 'Pending', due_at = now() WHERE status = 'Failed'`],
    ['a cancellation by hand', `UPDATE orders SET status = 'Cancelled', due_at = NULL WHERE order_id = 'x4'`],
    ['a DELETE', `DELETE FROM orders WHERE order_id IN ('x1', 'x3', 'x5')`],
    ['a DELETE of no rows', `DELETE FROM orders WHERE false`],
    [
      'several kinds of writing in one statement',
      `
      WITH new AS (INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('y1', 1, '{}', 1) RETURNING 1),
           gone AS (DELETE FROM orders WHERE order_id = 'x9' RETURNING 1),
           changed AS (UPDATE orders SET status = 'Cancelled', due_at = NULL WHERE order_id = 'x7' RETURNING 1)
      SELECT * FROM new, gone, changed`,
    ],
    [
      'an INSERT that updates instead',
      `
      INSERT INTO orders (order_id, user_id, item_ids, total_amount)
      SELECT id, 1, '{}', 1 FROM unnest(ARRAY['y1', 'y2', 'y3']) AS id
      ON CONFLICT (order_id, owner) DO UPDATE SET status = 'Cancelled', due_at = NULL`,
    ],
    [
      'a MERGE that inserts, updates and deletes',
      `
      MERGE INTO orders o USING unnest(ARRAY['y2', 'y3', 'y4']) AS s(id) ON o.order_id = s.id
      WHEN MATCHED AND s.id = 'y2' THEN DELETE
      WHEN MATCHED THEN UPDATE SET status = 'Cancelled', due_at = NULL
      WHEN NOT MATCHED THEN INSERT (order_id, user_id, item_ids, total_amount) VALUES (s.id, 1, '{}', 1)`,
    ],
    [
      'an order that comes, goes and comes again in one transaction',
      `
      BEGIN;
      INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('z', 1, '{}', 1);
      DELETE FROM orders WHERE order_id = 'z';
      INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('z', 1, '{}', 1);
      COMMIT`,
    ],
    [
      'a transaction that rolls back',
      `
      BEGIN; UPDATE orders SET status = 'Cancelled', due_at = NULL WHERE status = 'Pending'; DELETE FROM orders; ROLLBACK`,
    ],
    [
      'a savepoint that rolls back',
      `
      BEGIN; UPDATE orders SET status = 'Cancelled', due_at = NULL WHERE order_id = 'z'; SAVEPOINT s;
      DELETE FROM orders; ROLLBACK TO s; COMMIT`,
    ],
  ];

  test('counters and history match the rows after each kind of manual change', async () => {
    for (const [what, sql] of steps) {
      await lab.psql.rows(sql);
      expect({ what, problems: await findInconsistencies(lab.psql) }).toEqual({ what, problems: [] });
    }
    // The steps did what they say: otherwise this test would hold for an empty table.
    expect(await lab.psql.value(`SELECT count(*)::integer FROM orders`)).toBeGreaterThan(20);
    expect(await lab.psql.value(`SELECT sum(completed)::integer FROM order_counters`)).toBeGreaterThan(5);
  });

  test('a TRUNCATE empties counters and history, and a TRUNCATE that rolls back empties neither', async () => {
    await lab.insert('a', 'b');
    await lab.psql.rows('BEGIN; TRUNCATE orders; ROLLBACK');
    expect(await lab.psql.value('SELECT sum(pending)::integer FROM order_counters')).toBe(2);

    await lab.psql.rows('TRUNCATE orders');
    expect(await lab.psql.value('SELECT coalesce(sum(pending), 0)::integer FROM order_counters')).toBe(0);
    expect(await lab.psql.value('SELECT count(*)::integer FROM order_history')).toBe(0);
  });

  test('the history of a manual change has when, from, to, attempt, reason and actor', async () => {
    await lab.insert('a');
    const { claims } = await lab.claim(['a'], { actor: 'worker 7' });
    await lab.finish({
      orderId: 'a',
      owner: '',
      token: claims[0]?.token ?? 0,
      status: 'Failed',
      processingTime: null,
      failures: 1,
      delaySeconds: 0,
      reasonCode: 'card_declined',
      reason: 'the card was declined',
    });
    const user = await lab.psql.value('SELECT session_user');
    await lab.psql.rows(`UPDATE orders SET status = 'Pending', due_at = now(), attempts = 0`);

    const history = await lab.psql.rows(
      `SELECT from_status, to_status, attempt, reason_code, reason, actor, at <= now() AND at > now() - interval '1 minute' AS recent
       FROM order_history ORDER BY entry`,
    );
    const recent = true;
    const declined = { reason_code: 'card_declined', reason: 'the card was declined' };
    const none = { reason_code: null, reason: null };
    expect(history).toEqual([
      { from_status: null, to_status: 'Pending', attempt: 0, ...none, actor: user, recent },
      { from_status: 'Pending', to_status: 'Processing', attempt: 1, ...none, actor: 'worker 7', recent },
      { from_status: 'Processing', to_status: 'Failed', attempt: 1, ...declined, actor: 'worker', recent },
      { from_status: 'Failed', to_status: 'Pending', attempt: 0, ...declined, actor: user, recent },
    ]);
  });

  test('the name of an actor does not stay on the connection', async () => {
    const one = await forThisTest(openOrderLab({ url: lab.url, poolSize: 1 }));
    await lab.insert('a');
    await one.claim(['a'], { actor: 'worker 7' });

    await one.database.query(`INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('b', 1, '{}', 1)`);

    expect(await lab.psql.value(`SELECT actor FROM order_history WHERE order_id = 'b'`)).toBe(
      await lab.psql.value('SELECT session_user'),
    );
  });
});
