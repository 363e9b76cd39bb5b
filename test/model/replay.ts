import type { Database } from '../../lib/database/database.ts';
import { orderKey } from '../../lib/order-key.ts';
import { decideFailure } from '../../lib/orders/retry-policy.ts';
import { cancelOrder } from '../../lib/orders/sql/cancel-order.ts';
import { claimOrders } from '../../lib/orders/sql/claim-orders.ts';
import { findDueOrders, postponeOrders } from '../../lib/orders/sql/due-orders.ts';
import { finishOrders, type Verdict } from '../../lib/orders/sql/finish-orders.ts';
import { makeDueNow } from '../../lib/orders/sql/make-due-now.ts';
import { storeSignal } from '../../lib/orders/sql/order-signals.ts';
import { switchProcessing } from '../../lib/orders/sql/processing-control.ts';
import { redriveOrders } from '../../lib/orders/sql/redrive-orders.ts';
import { PermanentFailure, TransientFailure } from '../../lib/processors/processor.ts';
import type { Psql } from '../support/psql.ts';
import { type Effect, MAX_ATTEMPTS, MAX_CRASHES, MAX_REDRIVES, type Row, type Statement } from './statements.ts';

export interface Case {
  readonly statement: Statement;
  readonly row: Row;
}

/** The token of every order at first; a worker whose claim is outdated has the one before. */
const TOKEN = 5;

/** Seconds; nothing here takes as long. */
const LATER = 3_600;

const RESEND_AFTER = 60;
const CHANGE = { actor: 'model', reason: 'the model says so' };

/** Runs the statements of the service on such rows in Postgres, each on its own order, and returns what they did. */
export async function replay(database: Database, psql: Psql, cases: readonly Case[]): Promise<Effect[]> {
  const orders = cases.map((one, index) => ({ ...one, orderId: `case-${index}` }));
  await insert(psql, orders);
  const results = new Map<string, string>();
  // Statements that differ only in their orders run once, for all of them.
  const groups = Map.groupBy(orders, ({ statement: { name, ...parameters } }) =>
    name === 'finish' ? name : `${name} ${Object.values(parameters)}`,
  );
  for (const group of groups.values()) {
    const { statement } = group[0] as Ordered;
    await switchProcessing(database, 'paused' in statement && statement.paused, CHANGE);
    for (const [orderId, result] of await runAll(database, psql, group)) results.set(orderId, result);
  }
  const rows = new Map((await psql.rows<Row & { orderId: string }>(READ)).map(({ orderId, ...row }) => [orderId, row]));
  return orders.map(({ orderId }) => ({ row: rows.get(orderId) as Row, result: results.get(orderId) ?? 'none' }));
}

type Ordered = Case & { readonly orderId: string };

async function insert(psql: Psql, orders: readonly Ordered[]): Promise<void> {
  const values = JSON.stringify(orders.map(({ orderId, row }) => ({ ...row, orderId })));
  await psql.rows(
    `INSERT INTO orders (order_id, user_id, item_ids, total_amount, status, token, attempts, crashes, redrives, signals,
       cancel_requested_at, lease_until, not_before, due_at)
     SELECT "orderId", 1, '{}', 1, status, ${TOKEN}, attempts, crashes, redrives, signals,
       CASE WHEN cancelled THEN now() END,
       now() + CASE lease WHEN 'live' THEN ${LATER} WHEN 'expired' THEN -1 END * interval '1 second',
       now() + CASE "notBefore" WHEN 'later' THEN ${LATER} WHEN 'past' THEN -1 END * interval '1 second',
       now() + CASE due WHEN 'later' THEN ${LATER} WHEN 'now' THEN -1 END * interval '1 second'
     FROM json_to_recordset($1::json) AS r("orderId" text, status text, attempts integer, crashes integer,
       redrives integer, signals integer, cancelled boolean, lease text, "notBefore" text, due text)`,
    [values],
  );
  // Without its trigger, which would wake the orders.
  await psql.rows(`
    ALTER TABLE order_signals DISABLE TRIGGER USER;
    INSERT INTO order_signals (owner, order_id, run, name, payload)
    SELECT owner, order_id, run, 'go', 'true' FROM orders WHERE signals > 0;
    ALTER TABLE order_signals ENABLE TRIGGER USER`);
}

const READ = `
  SELECT order_id AS "orderId", status,
    CASE WHEN lease_until IS NULL THEN 'none' WHEN lease_until > now() THEN 'live' ELSE 'expired' END AS lease,
    CASE WHEN not_before IS NULL THEN 'none' WHEN not_before > now() THEN 'later' ELSE 'past' END AS "notBefore",
    CASE WHEN due_at IS NULL THEN 'none' WHEN due_at > now() THEN 'later' ELSE 'now' END AS due,
    attempts, crashes, redrives, signals, cancel_requested_at IS NOT NULL AS cancelled
  FROM orders`;

async function runAll(
  database: Database,
  psql: Psql,
  group: readonly Ordered[],
): Promise<(readonly [string, string])[]> {
  const [first] = group as [Ordered];
  const ids = group.map(({ orderId }) => orderId);
  const keys = ids.map((orderId) => orderKey({ orderId, owner: '' }));
  const each = async (work: (orderId: string) => Promise<string>) => {
    const results: (readonly [string, string])[] = [];
    for (const orderId of ids) results.push([orderId, await work(orderId)]);
    return results;
  };
  switch (first.statement.name) {
    case 'claim': {
      const { suspects } = first.statement;
      const options = { leaseSeconds: LATER, suspects, maxCrashes: MAX_CRASHES, actor: 'model' };
      const { claims, unclaimed } = await claimOrders(database, keys, options);
      return [
        ...claims.map(({ orderId, token }) => [orderId, token > TOKEN ? 'claimed' : 'token reused'] as const),
        ...unclaimed,
      ];
    }
    case 'finish': {
      const options = { resendAfterSeconds: RESEND_AFTER, actor: 'model' };
      const finished = await finishOrders(database, group.map(verdictOf), options);
      return keys.map((key) => [key, finished.has(key) ? 'taken' : 'lost']);
    }
    case 'find due': {
      // It also finds the orders of other cases.
      const due = new Set((await findDueOrders(database, 1_000_000)).map(orderKey));
      return keys.map((key) => [key, due.has(key) ? 'found' : 'none']);
    }
    case 'postpone':
      return each(async (orderId) =>
        (await postponeOrders(database, [orderId], RESEND_AFTER)) > 0 ? 'written' : 'none',
      );
    case 'make due now':
      await makeDueNow(database, keys);
      return ids.map((orderId) => [orderId, 'done']);
    case 'cancel':
      return each(async (orderId) => {
        const result = await cancelOrder(database, orderId, null, CHANGE);
        return result && 'order' in result ? 'written' : 'none';
      });
    case 'redrive': {
      const selection = { orderIds: ids, reasonCode: null, owner: null, after: null, limit: ids.length };
      const change = { ...CHANGE, newRun: false, resendAfterSeconds: RESEND_AFTER };
      const redriven = await redriveOrders(database, { ...selection, maxRedrives: MAX_REDRIVES }, change);
      return redriven.map((key) => [key, 'written']);
    }
    case 'signal':
      return each(async (orderId) => {
        const signal = { orderId, owner: null, run: null, name: 'go', payload: 'true' };
        return (await storeSignal(database, signal, 'model'))[0]?.stored ? 'written' : 'none';
      });
    case 'psql: status = Pending':
      return each((orderId) =>
        type(psql, `status = 'Pending', lease_until = NULL, due_at = now() + interval '1 minute'`, orderId),
      );
    case 'psql: due_at = NULL':
      return each((orderId) => type(psql, 'due_at = NULL', orderId));
  }
}

async function type(psql: Psql, changes: string, orderId: string): Promise<string> {
  try {
    await psql.rows(`UPDATE orders SET ${changes} WHERE order_id = $1`, [orderId]);
    return 'written';
  } catch (error) {
    // check_violation: of a CHECK, or raised by the trigger.
    if ((error as { code?: string }).code === '23514') return 'refused';
    throw error;
  }
}

/** What the worker makes of an outcome (lib/orders/run-processor.ts). */
function verdictOf({ orderId, row, statement }: Ordered): Verdict {
  if (statement.name !== 'finish') throw new Error(`${statement.name} has no outcome`);
  const { outcome, known, current } = statement;
  const verdict = {
    orderId,
    owner: '',
    token: current ? TOKEN : TOKEN - 1,
    failures: row.attempts,
    signals: known,
    processingTime: null,
    delaySeconds: 0,
    reasonCode: null,
    reason: null,
  };
  if (outcome === 'completes') return { ...verdict, status: 'Completed', processingTime: 1 };
  if (outcome === 'runs out of time') return { ...verdict, status: 'Pending' };
  if (outcome === 'suspends') return { ...verdict, status: 'Waiting', delaySeconds: RESEND_AFTER };
  const error =
    outcome === 'fails'
      ? new TransientFailure('busy', 'later', { retryAfterSeconds: RESEND_AFTER })
      : new PermanentFailure('declined', 'never');
  const failures = row.attempts + 1;
  const policy = { maxAttempts: MAX_ATTEMPTS, baseMs: 1_000, maxMs: 600_000 };
  return { ...verdict, failures, ...decideFailure(error, failures, false, policy) };
}
