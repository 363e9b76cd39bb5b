import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Database } from '../../lib/database/database.ts';
import type { OrderFilter } from '../../lib/orders/sql/list-conditions.ts';
import { listOrders } from '../../lib/orders/sql/list-orders.ts';
import type { Position } from '../../lib/orders/sql/list-position.ts';
import { type OrderLab, openOrderLab } from '../support/order-lab.ts';

let lab: OrderLab;
beforeAll(async () => {
  lab = await openOrderLab();
});
beforeEach(async () => {
  await lab.psql.rows('TRUNCATE orders');
});
afterAll(() => lab.close());

const list = (filter: Partial<OrderFilter> = {}, after: Position | null = null, limit = 100) =>
  listOrders(lab.database, { owner: null, ...filter }, after, limit);

/** The ids of every page, one after the other. */
async function pages(filter: Partial<OrderFilter>, limit: number): Promise<string[][]> {
  const found: string[][] = [];
  for (let after: Position | null = null; ; ) {
    const { orders, next }: Awaited<ReturnType<typeof list>> = await list(filter, after, limit);
    found.push(orders.map(({ orderId }) => orderId));
    if (!next) return found;
    after = next;
  }
}

interface Row {
  readonly id: string;
  /** Microseconds after a certain moment. */
  readonly at?: number;
  readonly user?: number;
  readonly status?: string;
  readonly reason?: string;
  readonly owner?: string;
  readonly items?: number;
}

async function insert(...rows: Row[]): Promise<void> {
  await lab.psql.rows(
    `INSERT INTO orders (order_id, created_at, user_id, status, reason_code, owner, item_ids, total_amount, due_at)
     SELECT id, timestamptz '2026-11-01 12:00+00' + coalesce(at, 0) * interval '1 microsecond', coalesce("user", 1),
            coalesce(status, 'Completed'), reason, coalesce(owner, ''), array_fill(1, ARRAY[coalesce(items, 1)]), 1,
            CASE WHEN status = 'Pending' THEN now() END
     FROM json_to_recordset($1) AS r(id text, at integer, "user" integer, status text, reason text, owner text, items integer)`,
    [JSON.stringify(rows)],
  );
}

/** Rows a, b, c … */
const letters = (count: number, values: (place: number) => Partial<Row> = () => ({})): Row[] =>
  Array.from({ length: count }, (_, place) => ({ id: String.fromCharCode(97 + place), at: place, ...values(place) }));

describe('a list of orders', () => {
  test('a list of orders is sorted newest first, with each order once, whatever the page size', async () => {
    await insert(...letters(10));
    for (const limit of [1, 3, 5, 10, 100]) expect((await pages({}, limit)).flat().join('')).toBe('jihgfedcba');
    expect(await pages({}, 5)).toHaveLength(2);
  });

  test('a list of orders sorts orders of the same time by id, and distinguishes microseconds', async () => {
    await insert(
      { id: 'b', at: 1 },
      { id: 'a', at: 1 },
      { id: 'c', at: 1 },
      { id: 'z', at: 0 },
      { id: 'first', at: 2 },
    );
    expect(await pages({}, 1)).toEqual([['first'], ['c'], ['b'], ['a'], ['z']]);
  });

  test.each(['9999-12-31 23:59:59.999999', '1001-02-03 04:05:06.123457', '0001-01-01 00:00:00.000001'])(
    'each order that was created at %s is on one page, as an import can leave it',
    async (time) => {
      await insert(...letters(4));
      await lab.psql.rows('UPDATE orders SET created_at = $1', [`${time}+00`]);
      const first = await list({}, null, 2);
      const second = await list({}, first.next, 2);
      expect([...first.orders, ...second.orders].map(({ orderId }) => orderId)).toEqual(['d', 'c', 'b', 'a']);
      expect(second.next).toBeNull();
    },
  );

  test('a list of orders contains only the requested user, status, reason code, owner and time', async () => {
    await insert(
      { id: 'a', at: 1, user: 1, status: 'Failed', reason: 'sold_out', owner: 'x' },
      { id: 'b', at: 2_000, user: 1, status: 'Completed', owner: 'y' },
      { id: 'c', at: 3_000, user: 2, status: 'Failed', reason: 'timed_out', owner: 'y' },
      { id: 'd', at: 4_000, user: 2, status: 'Pending', reason: 'timed_out', owner: '' },
    );
    const found = async (filter: Partial<OrderFilter>) => (await pages(filter, 2)).flat().join('');
    const moment = (ms: number) => new Date(Date.UTC(2026, 10, 1, 12) + ms);

    expect(await found({ userId: 1 })).toBe('ba');
    expect(await found({ status: 'Failed' })).toBe('ca');
    expect(await found({ reasonCode: 'timed_out' })).toBe('dc');
    expect(await found({ reasonCode: 'timed_out', status: 'Failed' })).toBe('c');
    expect(await found({ reasonCode: 'sold_out', userId: 2 })).toBe('');
    expect(await found({ reasonCode: 'nothing' })).toBe('');
    expect(await found({ owner: 'y' })).toBe('cb');
    expect(await found({ owner: 'nobody' })).toBe('');
    expect(await found({ userId: 2, status: 'Failed' })).toBe('c');
    expect(await found({ owner: 'y', status: 'Failed' })).toBe('c');
    expect(await found({ owner: 'x', userId: 1, status: 'Failed' })).toBe('a');
    expect(await found({ owner: 'x', userId: 2 })).toBe('');
    expect(await found({ createdFrom: moment(2), createdTo: moment(4) })).toBe('cb');
    expect(await found({ createdFrom: moment(3), userId: 2 })).toBe('dc');
    expect(await found({ createdTo: moment(2), status: 'Failed' })).toBe('a');
  });

  test('later pages of a list do not contain newer orders', async () => {
    await insert(...letters(4));
    const first = await list({}, null, 2);
    await insert({ id: 'new', at: 100 });
    const second = await list({}, first.next, 2);
    expect([...first.orders, ...second.orders].map(({ orderId }) => orderId).join('')).toBe('dcba');
  });

  test('a page has fewer orders if they have very many items, and none is skipped', async () => {
    await insert(...letters(9, () => ({ items: 1_000 })), ...letters(70, (n) => ({ id: `many-${n}`, items: 1_000 })));
    const found = await pages({}, 100);
    expect(found.map((page) => page.length)).toEqual([30, 30, 19]);
    expect(new Set(found.flat()).size).toBe(79);
  });

  test('an order with more items than a page allows gets its own page', async () => {
    await lab.psql.rows('ALTER TABLE orders DISABLE TRIGGER USER');
    await lab.psql.rows(
      `INSERT INTO orders (order_id, user_id, item_ids, total_amount, imported)
       VALUES ('huge', 1, array_fill(1, ARRAY[40000]), 1, true), ('next', 1, '{}', 1, false)`,
    );
    await lab.psql.rows('ALTER TABLE orders ENABLE TRIGGER USER');
    expect((await pages({}, 10)).map((page) => page.length).sort()).toEqual([1, 1]);
  });
});

describe('in a large table', () => {
  const ORDERS = 30_000;

  beforeEach(async () => {
    // The newer half has nothing of the busy user, the busy owner, or what failed: a search for them there reads all of it.
    await lab.psql.rows(
      `SET session_replication_role = replica;
       INSERT INTO orders (order_id, created_at, user_id, owner, status, reason_code, item_ids, total_amount, due_at)
       SELECT 'order-' || n, timestamptz '2026-11-01 12:00+00' + n * interval '1 second',
              CASE WHEN n < ${ORDERS / 2} AND n % 2 = 0 THEN 7 ELSE 1000 + n % 500 END,
              CASE WHEN n < ${ORDERS / 2} AND n % 2 = 0 THEN 'busy' ELSE 'shop-' || n % 50 END,
              CASE WHEN n < ${ORDERS / 2} AND n % 5 = 0 THEN 'Failed' ELSE 'Completed' END,
              CASE WHEN n < ${ORDERS / 2} AND n % 5 = 0 THEN 'timed_out' END, '{1}', 1, NULL
       FROM generate_series(1, ${ORDERS}) AS n;
       INSERT INTO order_details (order_id, owner, created_at, customer_ref)
       SELECT order_id, owner, created_at, 'busy' FROM orders WHERE user_id = 7;
       SET session_replication_role = origin;
       ANALYZE orders, order_details`,
    );
  });

  /** Rows that the scans below a page read. */
  async function rowsRead(filter: Partial<OrderFilter>, after: Position | null): Promise<number> {
    let read = 0;
    const explaining: Database = {
      ...lab.database,
      async query(sql, parameters = []) {
        const [row] = await lab.psql.rows<{ 'QUERY PLAN': { Plan: Plan }[] }>(
          `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
          parameters,
        );
        read = countRows(row?.['QUERY PLAN'][0]?.Plan as Plan);
        return [];
      },
    };
    await listOrders(explaining, { owner: null, ...filter }, after, 100);
    return read;
  }

  const deep = { createdAt: String(Date.UTC(2026, 10, 1, 12, 30) / 1_000).concat('.000000'), orderId: '', owner: '' };

  test.each<[string, Partial<OrderFilter>]>([
    ['all', {}],
    ['a busy user’s', { userId: 7 }],
    ['an idle user’s', { userId: 1_007 }],
    ['a busy owner’s', { owner: 'busy' }],
    ['failed', { status: 'Failed' }],
    ['completed', { status: 'Completed' }],
    ['timed out', { reasonCode: 'timed_out' }],
    ['nobody’s', { userId: 1 }],
    ['the latest', { createdFrom: new Date(Date.UTC(2026, 10, 1, 20)) }],
  ])('a page of %s orders reads no more than it shows, at the top and deep down', async (_, filter) => {
    // Each is read once by its index, and once for what is shown of it; and one more, to see where the last id ends.
    for (const after of [null, deep]) expect(await rowsRead(filter, after)).toBeLessThanOrEqual(203);
  });

  test('a page of a busy customer’s orders reads each three times, at the top and deep down', async () => {
    // By the index of customers, by the key of the order for the other filters, and for what is shown of it.
    for (const after of [null, deep]) expect(await rowsRead({ customerRef: 'busy' }, after)).toBeLessThanOrEqual(304);
  });

  test.each<[string, Partial<OrderFilter>]>([
    ['a user’s orders of a status', { userId: 7, status: 'Cancelled' }],
    ['an owner’s orders of a status', { owner: 'busy', status: 'Processing' }],
    ['an owner’s orders of a user', { owner: 'shop-1', userId: 7 }],
    ['orders of a reason code and a status', { reasonCode: 'timed_out', status: 'Cancelled' }],
  ])('a page of %s reads a thousand orders and continues in the next page', async (_, filter) => {
    expect(await rowsRead(filter, null)).toBeLessThanOrEqual(1_000 + 101);
    const all = await pages(filter, 100);
    expect(all.flat()).toEqual([]);
    expect(all.length).toBeLessThanOrEqual(ORDERS / 2 / 2 / 1_000 + 1);
  });

  const setTime = (time: string, where: string) =>
    lab.psql.rows(
      `SET session_replication_role = replica;
       UPDATE orders SET created_at = ${time} WHERE ${where};
       SET session_replication_role = origin`,
    );

  test('no position on the pages of an owner contains an order of another owner, and each of its orders is found once', async () => {
    // Sixty orders per time, so that pages end within a time, too.
    await setTime(`date_trunc('minute', created_at)`, 'true');
    for (const limit of [7, 100]) {
      const found: string[] = [];
      for (let after: Position | null = null; ; ) {
        const page: Awaited<ReturnType<typeof list>> = await list(
          { owner: 'shop-1', status: 'Completed' },
          after,
          limit,
        );
        found.push(...page.orders.map(({ orderId }) => orderId));
        if (!page.next) break;
        after = page.next;
        expect(after.owner === '' ? after.orderId : after.owner).toBe(after.owner === '' ? '' : 'shop-1');
      }
      expect(found).toHaveLength(ORDERS / 50);
      expect(new Set(found).size).toBe(found.length);
    }
  });

  test('the pages of an owner come to an end although thousands of orders of others have the same time', async () => {
    await setTime(`'2026-11-01 12:00+00'`, `status = 'Failed'`);
    // Few of them are among the last of this time.
    await lab.psql.rows(`SET session_replication_role = replica`);
    await lab.psql.rows(`UPDATE orders SET owner = 'shop-1' WHERE status = 'Failed' AND order_id LIKE 'order-1%5'`);
    await lab.psql.rows(`SET session_replication_role = origin`);
    const [ofShop1] = await lab.psql.rows<{ count: bigint }>(
      `SELECT count(*) FROM orders WHERE owner = 'shop-1' AND status = 'Failed'`,
    );
    for (const [owner, orders] of [
      ['shop-1', Number(ofShop1?.count)],
      ['shop-3', 0],
    ] as const) {
      const found: string[] = [];
      for (let after: Position | null = null; ; ) {
        const page: Awaited<ReturnType<typeof list>> = await list({ owner, status: 'Failed' }, after, 400);
        found.push(...page.orders.map(({ orderId }) => orderId));
        if (!page.next) break;
        after = page.next;
        // One of its own orders, or none.
        const named = await lab.psql.rows('SELECT owner FROM orders WHERE order_id = $1', [after.orderId]);
        expect({ named, of: after.owner.replace('\u0001', '') }).toEqual(
          after.orderId === '' ? { named: [], of: '' } : { named: [{ owner }], of: owner },
        );
      }
      expect(found).toHaveLength(orders);
      expect(new Set(found).size).toBe(found.length);
    }
  });

  test('rare orders are found, if on a later page', async () => {
    await lab.psql.rows(`SET session_replication_role = replica`);
    await lab.psql.rows(`UPDATE orders SET status = 'Cancelled' WHERE order_id = 'order-2'`);
    await lab.psql.rows(`SET session_replication_role = origin`);
    expect((await pages({ userId: 7, status: 'Cancelled' }, 100)).flat()).toEqual(['order-2']);
  });
});

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

function countRows(plan: Plan): number {
  const own = plan['Relation Name']
    ? (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops']
    : 0;
  return own + (plan.Plans ?? []).reduce((sum, child) => sum + countRows(child), 0);
}
