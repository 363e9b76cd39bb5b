import { describe, expect, test } from '@jest/globals';
import { migrate } from '../../lib/database/migrate.ts';
import { connectPg } from '../../lib/database/pg.ts';
import { getMetrics } from '../../lib/orders/get-metrics.ts';
import { findCounterDrift } from '../../lib/orders/sql/audit-orders.ts';
import { listOrders } from '../../lib/orders/sql/list-orders.ts';
import { readHistory } from '../../lib/orders/sql/read-history.ts';
import { readOrder } from '../../lib/orders/sql/read-order.ts';
import { rollUpMinutes } from '../../lib/orders/sql/roll-up-minutes.ts';
import { UseCases } from '../support/contract-use-cases.ts';
import { createTestDatabase } from '../support/database.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { anOrder } from '../support/order-lab.ts';
import { connectPsql } from '../support/psql.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { startPgBouncer } from './pgbouncer.ts';

const IGNORING = { ignore_startup_parameters: 'extra_float_digits,statement_timeout' };

/** PgBouncer 1.21 and later take protocol-level prepared statements in transaction mode; the driver needs none. */
describe.each([
  ['its default settings', {}],
  ['session mode, two servers', { pool_mode: 'session', default_pool_size: '5' }],
  ['transaction mode, one server', { pool_mode: 'transaction', default_pool_size: '1' }],
  ['transaction mode, four servers', { pool_mode: 'transaction', default_pool_size: '4' }],
  ['transaction mode, parameters ignored', { pool_mode: 'transaction', default_pool_size: '4', ...IGNORING }],
])('behind PgBouncer with %s', (_, settings) => {
  test('orders are created, processed, read and counted, also where the database has its own DateStyle', async () => {
    const own = await createTestDatabase();
    await forThisTest(Promise.resolve({ close: () => own.drop() }));
    const psql = await connectPsql(own.url);
    await psql.rows(`ALTER DATABASE ${new URL(own.url).pathname.slice(1)} SET datestyle = 'German'`);
    await psql.end();
    const bouncer = await forThisTest(startPgBouncer(own.url, settings));
    const containers = await Promise.all(
      [1, 2].map(() => {
        const timeouts = { statementTimeoutMs: 10_000, connectTimeoutMs: 10_000 };
        const pool = connectPg({ url: bouncer.url, poolSize: 2, ...timeouts, logger: recordingLogger() });
        return forThisTest(Promise.resolve(pool));
      }),
    );
    const [database, other] = containers;
    if (!database || !other) throw new Error('two containers are needed');
    const cases = await UseCases.fresh(database);
    const others = UseCases.joining(other);

    const orders = Array.from({ length: 50 }, (__, n) => anOrder({ orderId: `order-${n}` }));
    // One after another as well as together: each flush takes whichever server is free.
    const outcomes = await Promise.all(
      orders.map(async (order, n) =>
        (n % 2 ? cases : others).create(order, { idempotencyKey: n % 3 ? null : `k${n}` }),
      ),
    );
    expect(outcomes).toEqual(orders.map(() => 'created'));
    for (const order of orders.slice(0, 5)) expect(await cases.create(order)).toBe('duplicate');
    await Promise.all([cases, others].map((each) => each.process(orders.slice(0, 20).map(({ orderId }) => orderId))));

    const read = await readOrder(database, 'order-0', null);
    expect(read).toMatchObject({ status: 'Completed', createdAt: expect.any(Date) });
    expect(Math.abs(Date.now() - (read?.createdAt.getTime() ?? 0))).toBeLessThan(60_000);
    expect(await readHistory(database, 'order-0', null)).toHaveLength(3);
    expect((await listOrders(other, { owner: null }, null, 100)).orders).toHaveLength(orders.length);
    expect((await getMetrics(other, 60)).counters.byStatus).toMatchObject({ Pending: 30, Completed: 20 });
    await rollUpMinutes(database);
    expect(await findCounterDrift(database)).toEqual([]);
    await migrate({ DATABASE_URL: bouncer.url }, () => undefined);
  });
});
