import type { Database } from '../../lib/database/database.ts';
import { orderKey } from '../../lib/order-key.ts';
import { amendOrder } from '../../lib/orders/sql/amend-order.ts';
import { cancelOrder } from '../../lib/orders/sql/cancel-order.ts';
import { claimOrders } from '../../lib/orders/sql/claim-orders.ts';
import { findDueOrders, postponeOrders } from '../../lib/orders/sql/due-orders.ts';
import { finishOrders } from '../../lib/orders/sql/finish-orders.ts';
import { makeDueNow } from '../../lib/orders/sql/make-due-now.ts';
import { storeSignal } from '../../lib/orders/sql/order-signals.ts';
import { recordSteps } from '../../lib/orders/sql/order-steps.ts';
import { switchProcessing } from '../../lib/orders/sql/processing-control.ts';
import { readOrder } from '../../lib/orders/sql/read-order.ts';
import { redriveOrders } from '../../lib/orders/sql/redrive-orders.ts';
import type { Psql } from '../support/psql.ts';
import { type Effect, MAX_CRASHES, MAX_REDRIVES, type Row } from './row.ts';
import { type Case, type Ordered, RESEND_AFTER, TOKEN, tokenOf, verdictOf } from './verdicts.ts';

/** Seconds; nothing here takes as long. */
const LATER = 3_600;

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

async function insert(psql: Psql, orders: readonly Ordered[]): Promise<void> {
  const values = JSON.stringify(orders.map(({ orderId, row }) => ({ ...row, orderId })));
  await psql.rows(
    `INSERT INTO orders (order_id, user_id, item_ids, total_amount, status, token, attempts, crashes, redrives, signals,
       cancel_requested_at, ends_as, end_code, undo_attempts, lease_until, not_before, due_at)
     SELECT "orderId", 1, '{}', 1, status, ${TOKEN}, attempts, crashes, redrives, signals,
       CASE WHEN cancelled THEN now() END, "endsAs", CASE WHEN "endsAs" IS NOT NULL THEN 'because' END, "undoAttempts",
       now() + CASE lease WHEN 'live' THEN ${LATER} WHEN 'expired' THEN -1 END * interval '1 second',
       now() + CASE "notBefore" WHEN 'later' THEN ${LATER} WHEN 'past' THEN -1 END * interval '1 second',
       now() + CASE due WHEN 'later' THEN ${LATER} WHEN 'now' THEN -1 END * interval '1 second'
     FROM json_to_recordset($1::json) AS r("orderId" text, status text, attempts integer, crashes integer,
       redrives integer, signals integer, cancelled boolean, "endsAs" text, "undoAttempts" integer, lease text,
       "notBefore" text, due text)`,
    [values],
  );
  await psql.rows(
    `INSERT INTO order_steps (owner, order_id, run, name, kind, attempt, token, started_at, finished_at, undoable, undone_at)
     SELECT o.owner, o.order_id, o.run, CASE WHEN n <= undone THEN 'undone ' || n ELSE 'to undo ' || n - undone END, 'step', 1, 1,
       now(), now(), true, CASE WHEN n <= undone THEN now() END
     FROM json_to_recordset($1::json) AS r("orderId" text, "toUndo" integer, undone integer)
     JOIN orders o ON o.order_id = "orderId" CROSS JOIN generate_series(1, "toUndo" + undone) AS n`,
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
    attempts, crashes, redrives, signals, cancel_requested_at IS NOT NULL AS cancelled, ends_as AS "endsAs",
    undo_attempts AS "undoAttempts", s."toUndo", s.undone
  FROM orders o CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE undone_at IS NULL)::integer AS "toUndo", count(undone_at)::integer AS undone
    FROM order_steps s WHERE s.owner = o.owner AND s.order_id = o.order_id AND s.run = o.run AND s.undoable) AS s`;

const READ_RUNS = 'SELECT order_id AS id, run FROM orders';

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
    case 'record': {
      const { undone } = first.statement;
      const runs = new Map((await psql.rows<{ id: string; run: number }>(READ_RUNS)).map(({ id, run }) => [id, run]));
      const recorded = await recordSteps(
        database,
        group.map(({ orderId, statement }) => ({
          orderId,
          owner: '',
          run: runs.get(orderId) as number,
          token: tokenOf(statement),
          attempt: 1,
          name: undone ? 'to undo 1' : 'new',
          kind: 'step',
          result: null,
          seconds: 0,
          wakeSeconds: null,
          undoable: true,
          undone,
        })),
        'model',
      );
      return ids.map((orderId, index) => [orderId, recorded[index] as string]);
    }
    case 'amend': {
      const { until, current } = first.statement;
      const processAfter = until === 'later' ? new Date(Date.now() + LATER * 1_000) : undefined;
      return each(async (orderId) => {
        const order = await readOrder(database, orderId, null);
        if (!order) throw new Error(`no order ${orderId}`);
        const details = processAfter && { processAfter };
        const version = current ? order.version : 'another';
        const values = { ...order, details, version, reschedules: true, changed: 'process_after' };
        const amended = amendOrder(database, values, { actor: 'model', resendAfterSeconds: RESEND_AFTER });
        return (await amended) ? 'written' : 'none';
      });
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
      const change = { ...CHANGE, newRun: first.statement.newRun, resendAfterSeconds: RESEND_AFTER };
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
