import type { Queryable } from '../../database/database.ts';

export const AUDITED = [
  'processing.paused',
  'processing.resumed',
  'orders.redriven',
  'orders.cancelled',
  'orders.erased',
  'dead_letters.resent',
  'dead_letters.deleted',
  'key.created',
  'key.revoked',
] as const;

export type Audited = (typeof AUDITED)[number];

/** Which entries; null for any. */
export interface AuditFilter {
  readonly action: string | null;
  readonly owner: string | null;
  /** Only entries older than this one. */
  readonly before: number | null;
}

export interface AuditEntry {
  readonly entry: number;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  /** The owner of the orders or of the key; null if there are several or none. */
  readonly owner: string | null;
  /** The id of the one order or key; null if there are several or none. */
  readonly target: string | null;
  /** How many orders were changed; null if the act was not about orders. */
  readonly orders: number | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly reason: string | null;
}

/** A page of what operators did, newest first. They do little, so the primary key is the only index. */
export async function readAudit(
  database: Queryable,
  { action, owner, before }: AuditFilter,
  limit: number,
): Promise<AuditEntry[]> {
  const rows = await database.query<Omit<AuditEntry, 'details'> & { details: string }>(
    `SELECT entry, at, actor, action, owner, target, orders, details::text AS details, reason FROM public.audit
     WHERE ($1::text IS NULL OR action = $1::text)
       AND ($2::text IS NULL OR owner = $2::text)
       AND ($3::bigint IS NULL OR entry < $3::bigint)
     ORDER BY entry DESC LIMIT $4::integer`,
    [action, owner, before, limit],
  );
  return rows.map((row) => ({ ...row, details: JSON.parse(row.details) as AuditEntry['details'] }));
}
