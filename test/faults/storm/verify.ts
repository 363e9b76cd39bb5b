import { findInconsistencies } from '../../support/consistency.ts';
import type { Psql } from '../../support/psql.ts';
import { findDoubled, findUsurped, repeated } from '../stack/audit.ts';
import { auditSteps, type StepFaults } from '../stack/audit-steps.ts';
import type { ThrowawayStack } from '../stack/throwaway-stack.ts';
import type { Customers } from './customers.ts';
import { findMisended, findSignalFaults } from './verify-ends.ts';

/** Concurrent requests. */
const READERS = 32;

/** What is wrong with the orders. Each list must be empty. */
export interface Findings extends StepFaults {
  /** Accepted, but missing from the table or over HTTP. */
  readonly lost: readonly string[];
  /** Written as Completed more than once (according to the tests' own trigger), or completed by two workers in their own view. */
  readonly doubled: readonly string[];
  /** Finished by an invocation that was not the last to claim it. */
  readonly usurped: readonly string[];
  /** Unfinished when nothing changes any more, such as Waiting past the timeout of its wait. */
  readonly stuck: readonly string[];
  /** In a state that its processor, its signal and its cancellation do not explain. */
  readonly misended: readonly string[];
  /** In words: counters or metrics that differ from the rows. */
  readonly counterDrift: readonly string[];
  /** In words: histories that do not lead to the state of the row. */
  readonly historyDrift: readonly string[];
  /** Responses other than 202 and 503. */
  readonly unexpected: readonly string[];
}

export interface Outcome {
  readonly findings: Findings;
  readonly completed: number;
  /** How the orders that are not Completed ended. */
  readonly ends: readonly { readonly end: string; readonly orders: number }[];
  /** Steps and undo functions that ran, and their different idempotency keys. */
  readonly effects: number;
  readonly keys: number;
  /** The orders with an unknown outcome. */
  readonly unknownStored: number;
  readonly unknownNotStored: number;
  /** Orders that lost at least one worker. */
  readonly crashed: number;
  readonly mostCrashes: number;
}

export async function verify(stack: ThrowawayStack, customers: Customers, api: string): Promise<Outcome> {
  const accepted = customers.idsTold('accepted');
  const unknown = customers.idsTold('unknown');
  const overHttp = await statusesOverHttp(api, accepted);
  const metrics = await completedByMetrics(api);
  return stack.withPsql(async (psql) => {
    const statuses = await statusesOf(psql);
    const withStatus = (...wanted: string[]) => [...statuses].filter(([, is]) => wanted.includes(is)).map(([id]) => id);
    const unknownStored = unknown.filter((id) => statuses.has(id)).length;
    const drift = await findInconsistencies(psql);
    const isCounter = (line: string) => /counters|minutes/.test(line);
    const completed = withStatus('Completed').length;
    const effects = stack.effects();
    const steps = await auditSteps(psql, effects);
    const { responses } = customers.followers;
    const [crashes] = await psql.rows<{ crashed: number; most: number }>(
      'SELECT count(*) FILTER (WHERE crashes > 0)::integer AS crashed, coalesce(max(crashes), 0) AS most FROM orders',
    );
    return {
      findings: {
        lost: accepted.filter((id) => !statuses.has(id) || overHttp.get(id) !== statuses.get(id)),
        doubled: [...new Set([...(await findDoubled(psql)), ...repeated(stack.completions())])],
        usurped: await findUsurped(psql),
        stuck: withStatus('Pending', 'Processing', 'Waiting').map((id) => `${id} is ${statuses.get(id)}`),
        misended: await findMisended(psql, responses),
        ...steps,
        signals: [...steps.signals, ...(await findSignalFaults(psql, responses))],
        counterDrift: [
          ...drift.filter(isCounter),
          ...(metrics === completed ? [] : [`/metrics says ${metrics} Completed, the rows ${completed}`]),
        ],
        historyDrift: drift.filter((line) => !isCounter(line)),
        unexpected: [
          ...[...customers.told].filter(([, is]) => is.startsWith('unexpected')).map(([id, is]) => `${id}: ${is}`),
          ...responses
            .filter(({ status }) => ![200, 202, 409].includes(status))
            .map(({ what, orderId, status }) => `${what} of ${orderId}: ${status}`),
        ],
      },
      completed,
      ends: await endsOf(psql),
      effects: effects.length,
      keys: new Set(effects.map(({ key }) => key)).size,
      unknownStored,
      unknownNotStored: unknown.length - unknownStored,
      crashed: crashes?.crashed ?? 0,
      mostCrashes: crashes?.most ?? 0,
    };
  });
}

async function statusesOf(psql: Psql): Promise<Map<string, string>> {
  const rows = await psql.rows<{ order_id: string; status: string }>('SELECT order_id, status FROM orders');
  return new Map(rows.map(({ order_id, status }) => [order_id, status]));
}

async function endsOf(psql: Psql): Promise<{ end: string; orders: number }[]> {
  return psql.rows(
    `SELECT concat_ws(': ', status, reason_code) AS "end", count(*)::integer AS orders
     FROM orders WHERE status <> 'Completed' GROUP BY 1 ORDER BY 1`,
  );
}

async function statusesOverHttp(api: string, ids: readonly string[]): Promise<Map<string, string | undefined>> {
  const statuses = new Map<string, string | undefined>();
  const left = [...ids];
  const reader = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      const response = await fetch(`${api}/orders/${encodeURIComponent(id)}`);
      statuses.set(id, ((await response.json()) as { status?: string }).status);
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  return statuses;
}

async function completedByMetrics(api: string): Promise<number> {
  const response = await fetch(`${api}/metrics`);
  const { data } = (await response.json()) as { data: { status_counts: { Completed: number } } };
  return data.status_counts.Completed;
}
