import type { Database } from '../../lib/database/database.ts';
import {
  countReused,
  countUnrecorded,
  findCounterDrift,
  findOverdue,
  recordRepairs,
  recount,
} from '../../lib/orders/sql/audit-orders.ts';
import type { Sweep } from '../../lib/runtime/sweep.ts';
import type { Check } from './check.ts';

/** Seconds past its due date after which an order is stuck: three sweeps, at the shortest interval of EventBridge, one minute. */
const OVERDUE_SECONDS = 180;

/** The timeout of a manual sweep, in milliseconds. */
const SWEEP_MS = 60_000;

export function overdueOrders(database: Database, sweep: Sweep): Check {
  return {
    name: 'no order is overdue',
    async find() {
      const { orders, oldestSeconds } = await findOverdue(database, OVERDUE_SECONDS);
      if (orders === 0) return [];
      return [
        {
          problem: `${orders} orders are overdue, the oldest for ${Math.round(oldestSeconds)} s; check whether the sweep is running`,
          async fix() {
            const end = performance.now() + SWEEP_MS;
            return `sent ${await sweep.sweepOrders(() => end - performance.now())} of them again`;
          },
        },
      ];
    },
  };
}

export function counters(database: Database): Check {
  return {
    name: 'the counters agree with the orders',
    async find() {
      const drift = await findCounterDrift(database);
      if (drift.length === 0) return [];
      const figures = drift.map(({ figure, counted, actual }) => `${figure} ${counted} instead of ${actual}`);
      return [
        {
          problem: `the counters have ${figures.join(', ')}`,
          fix: () => recount(database).then(() => 'recounted'),
        },
      ];
    },
  };
}

export function history(database: Database, actor: string): Check {
  return {
    name: 'the history agrees with the orders',
    async find() {
      const orders = await countUnrecorded(database);
      if (orders === 0) return [];
      return [
        {
          problem: `the history of ${orders} orders ends with another status than they have`,
          fix: async () => `recorded the status of ${await recordRepairs(database, actor)} orders, marked as a repair`,
        },
      ];
    },
  };
}

export function ids(database: Database): Check {
  return {
    name: 'no order has the id of a deleted order',
    async find() {
      const orders = await countReused(database);
      return orders === 0 ? [] : [{ problem: `${orders} orders have ids of deleted orders (order_tombstones)` }];
    },
  };
}
