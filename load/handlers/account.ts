import type { Psql } from '../../test/support/psql.ts';

/** The outcome of the accepted orders. */
export interface Account {
  /** Accepted with 202, but not in the database. */
  readonly lost: readonly string[];
  /** Completed more than once, according to the history in Postgres. */
  readonly doubled: readonly string[];
  /** Stored, but not Completed. */
  readonly unfinished: readonly string[];
}

export async function accountFor(psql: Psql, accepted: readonly string[]): Promise<Account> {
  const rows = await psql.rows<{ order_id: string; status: string; completions: number }>(
    `SELECT o.order_id, o.status, count(h.entry) FILTER (WHERE h.to_status = 'Completed')::integer AS completions
     FROM public.orders o LEFT JOIN public.order_history h USING (order_id)
     GROUP BY o.order_id, o.status`,
  );
  const stored = new Set(rows.map(({ order_id }) => order_id));
  const idsOf = (found: typeof rows) => found.map(({ order_id }) => order_id);
  return {
    lost: accepted.filter((orderId) => !stored.has(orderId)),
    doubled: idsOf(rows.filter(({ completions }) => completions > 1)),
    unfinished: idsOf(rows.filter(({ status }) => status !== 'Completed')),
  };
}
