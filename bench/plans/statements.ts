import { randomUUID } from 'node:crypto';
import type { Database } from '../../lib/database/database.ts';
import { amendOrder } from '../../lib/orders/amend-order.ts';
import { findUnfinished } from '../../lib/orders/sql/audit-orders.ts';
import { readBusyOwners } from '../../lib/orders/sql/busy-owners.ts';
import { cancelOrder } from '../../lib/orders/sql/cancel-order.ts';
import { type Claim, claimOrders } from '../../lib/orders/sql/claim-orders.ts';
import { countFailures } from '../../lib/orders/sql/count-failures.ts';
import { deleteFinished, OLDEST } from '../../lib/orders/sql/delete-finished.ts';
import { findDueOrders, postponeOrders } from '../../lib/orders/sql/due-orders.ts';
import { finishOrders } from '../../lib/orders/sql/finish-orders.ts';
import { findConflicts, insertOrders, type OrderInsert } from '../../lib/orders/sql/insert-orders.ts';
import type { OrderFilter } from '../../lib/orders/sql/list-conditions.ts';
import { listOrders } from '../../lib/orders/sql/list-orders.ts';
import { readLongestWait } from '../../lib/orders/sql/longest-wait.ts';
import { makeDueNow } from '../../lib/orders/sql/make-due-now.ts';
import { readDetails } from '../../lib/orders/sql/order-details.ts';
import { readCounters } from '../../lib/orders/sql/read-counters.ts';
import { readHistory } from '../../lib/orders/sql/read-history.ts';
import { readOrder } from '../../lib/orders/sql/read-order.ts';
import { readWindow } from '../../lib/orders/sql/read-window.ts';
import { previewRedrive, redriveOrders } from '../../lib/orders/sql/redrive-orders.ts';
import { rollUpMinutes } from '../../lib/orders/sql/roll-up-minutes.ts';
import { orderId } from '../data/load-orders.ts';

/** Orders per statement of creates and of the worker: a full group, a full batch. */
const BATCH = 100;
/** The sweep's batch size. */
const PAGE = 500;

const ACTOR = 'plans';

const NO_QUEUE = { send: async () => ({ accepted: [], failed: [] }) };

/** A statement of lib/orders/sql with typical values. */
export interface Statement {
  readonly name: string;
  readonly run: (database: Database) => Promise<unknown>;
}

/** What requests, workers and the sweep run, in the sequence of an order's life. @param loaded orders in the table */
export function hotStatements(loaded: number): Statement[] {
  const inserts = newOrders();
  const ids = inserts.map((order) => order.orderId);
  const some = orderId(Math.ceil(loaded / 2));
  // Among 10 million orders, it has 86,400 (load-orders.ts).
  const day = { createdFrom: daysAgo(151), createdTo: daysAgo(150) };
  let claims: readonly Claim[] = [];
  const list = (name: string, filter: Partial<OrderFilter>): Statement => ({
    name: `list, ${name}`,
    run: (database) => listOrders(database, { owner: null, ...filter }, null, 20),
  });
  return [
    { name: `insert ${BATCH}`, run: (database) => insertOrders(database, inserts, 0) },
    { name: `insert ${BATCH} with details`, run: (database) => insertOrders(database, withDetails(newOrders()), 0) },
    {
      name: `read details of ${BATCH}`,
      run: (database) =>
        readDetails(
          database,
          ids.map((orderId) => ({ orderId, owner: '', detailBytes: 1 })),
        ),
    },
    { name: `find conflicts of ${BATCH}`, run: (database) => findConflicts(database, inserts) },
    { name: `make due ${BATCH}`, run: (database) => makeDueNow(database, ids) },
    { name: `find ${PAGE} due`, run: (database) => findDueOrders(database, PAGE) },
    { name: `postpone ${BATCH}`, run: (database) => postponeOrders(database, ids, 60) },
    {
      name: `claim ${BATCH}`,
      run: async (database) => {
        const options = { leaseSeconds: 30, suspects: false, maxCrashes: 5, actor: ACTOR };
        ({ claims } = await claimOrders(database, ids, options));
      },
    },
    {
      name: `finish ${BATCH}`,
      run: (database) => finishOrders(database, verdictsOf(claims), { resendAfterSeconds: 60, actor: ACTOR }),
    },
    { name: 'read one', run: (database) => readOrder(database, some, null) },
    { name: 'read its history', run: (database) => readHistory(database, some, null) },
    list('newest', {}),
    list('of a user', { userId: 5 }),
    list('Completed', { status: 'Completed' }),
    list('Failed', { status: 'Failed' }),
    list('of a reason code', { reasonCode: 'card_declined_1' }),
    list('Failed of a user', { status: 'Failed', userId: 5 }),
    list('of an id prefix', { idPrefix: 'nobody' }),
    list('of an owner', { owner: 'nobody' }),
    list('of a customer', { customerRef: 'customer 17' }),
    list('with metadata', { metadata: { channel: 'web' } }),
    list('updated', { updatedFrom: new Date(0) }),
    // Reads the history of each unfinished order.
    list('updated just now', { updatedFrom: new Date() }),
    list('of a day', day),
    list('of a day and an id prefix', { ...day, idPrefix: 'nobody' }),
    {
      name: 'cancel one',
      run: (database) => cancelOrder(database, 'pending-1', null, { actor: ACTOR, reason: 'plans' }),
    },
    {
      name: 'change one',
      run: (database) =>
        amendOrder(
          { database, queue: NO_QUEUE, resendAfterSeconds: 60 },
          'pending-2',
          null,
          () => true,
          { details: { currency: 'EUR' }, changed: ['currency'] },
          ACTOR,
        ),
    },
    { name: 'counters', run: readCounters },
    { name: 'window of 60 minutes', run: (database) => readWindow(database, 60) },
    { name: 'longest wait', run: readLongestWait },
    { name: 'busy owners', run: (database) => readBusyOwners(database, 1_000) },
    { name: 'dead letters by id', run: (database) => findUnfinished(database, ids) },
    {
      name: `delete ${BATCH} finished`,
      run: (database) => deleteFinished(database, { status: 'Completed', days: 15 }, OLDEST, BATCH),
    },
  ];
}

/** What an operator runs occasionally. It reads the Failed orders, or all minutes, but never all orders. */
export function rareStatements(): Statement[] {
  const which = { orderIds: null, reasonCode: 'card_declined_1', owner: null, after: null };
  const selection = { ...which, limit: BATCH, maxRedrives: 10 };
  return [
    {
      name: `redrive ${BATCH} by code`,
      run: (database) =>
        redriveOrders(database, selection, { actor: ACTOR, newRun: false, reason: 'plans', resendAfterSeconds: 60 }),
    },
    { name: 'preview a redrive', run: (database) => previewRedrive(database, selection) },
    { name: 'causes of failure', run: (database) => countFailures(database, null) },
    { name: 'roll minutes up', run: rollUpMinutes },
  ];
}

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * 86_400_000);
}

function newOrders(): OrderInsert[] {
  return Array.from({ length: BATCH }, () => ({
    orderId: randomUUID(),
    userId: 7,
    itemIds: [1, 2, 3],
    totalAmount: '19.99',
    requestToken: randomUUID(),
    owner: '',
    idempotencyKey: randomUUID(),
    fingerprint: randomUUID(),
  }));
}

function withDetails(orders: readonly OrderInsert[]): OrderInsert[] {
  const items = [1, 2, 3].map((n) => ({ sku: `sku-${n}`, quantity: n, unitPrice: '6.33' }));
  const details = { currency: 'EUR', customerRef: 'customer 17', metadata: { channel: 'web' }, items };
  return orders.map((order) => ({ ...order, details }));
}

function verdictsOf(claims: readonly Claim[]) {
  return claims.map(({ orderId, owner, token, failures }) => ({
    orderId,
    owner,
    token,
    failures,
    status: 'Completed' as const,
    processingTime: 0.001,
    delaySeconds: 0,
    reasonCode: null,
    reason: null,
  }));
}
