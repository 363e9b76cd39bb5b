import type { Queryable } from '../../database/database.ts';
import type { Status } from '../order.ts';
import { momentOf, type Position } from './list-position.ts';
import { requestHash } from './request-hash.ts';

/** Before the earliest creation that a readable order can have, in the year 1. */
export const OLDEST: Position = { createdAt: '-62135596801', orderId: '', owner: '' };

interface Deletion {
  readonly deleted: number;
  /** Up to where orders were read; null if there are no more. */
  readonly next: Position | null;
}

/**
 * Reads the next orders with this status, oldest first, and deletes those that were finished more than so many days ago. Triggers
 * delete what belongs to them, and count them off. Their ids stay in order_tombstones. One commit.
 *
 * An order was created before it finished, so the index of the lists finds them, and finishing an order pays for no other one. Of the
 * orders that are read, those that waited for long stay, and so do Failed ones with steps to undo, which need a redrive.
 * @param limit the most orders to read
 */
export async function deleteFinished(
  database: Queryable,
  { status, days }: { readonly status: Status; readonly days: number },
  after: Position,
  limit: number,
): Promise<Deletion> {
  const [row] = await database.query<Position & { deleted: number; scanned: number }>(
    `WITH scanned AS MATERIALIZED (
       SELECT o.created_at, o.order_id, o.owner, ${isExpired('o')} AS expired
       FROM public.orders o
       WHERE o.status = $1::text AND o.created_at < ${CUTOFF}
         AND (o.created_at, o.order_id, o.owner)
           > (${momentOf('$3::numeric')}, $4::text, $5::text)
       ORDER BY o.created_at, o.order_id, o.owner
       LIMIT $6::integer),
     -- By key, in the order of all statements. A Failed order that is redriven in the meantime stays.
     locked AS MATERIALIZED (
       SELECT o.order_id, o.owner, ${requestHash('o.idempotency_key', 'o.fingerprint')} AS request
       FROM public.orders o JOIN scanned s ON s.expired AND o.order_id = s.order_id AND o.owner = s.owner
       WHERE ${isExpired('o')}
       ORDER BY o.order_id, o.owner
       FOR UPDATE OF o SKIP LOCKED),
     remembered AS (
       INSERT INTO public.order_tombstones (order_id, owner, request)
       SELECT order_id, owner, request FROM locked ON CONFLICT DO NOTHING),
     deleted AS (
       DELETE FROM public.orders o USING locked l WHERE o.order_id = l.order_id AND o.owner = l.owner
       RETURNING o.order_id)
     SELECT (SELECT count(*) FROM deleted)::integer AS deleted, (count(*) OVER ())::integer AS scanned,
            extract(epoch FROM s.created_at)::text AS "createdAt", s.order_id AS "orderId", s.owner
     FROM scanned s ORDER BY s.created_at DESC, s.order_id DESC, s.owner DESC LIMIT 1`,
    [status, days, after.createdAt, after.orderId, after.owner, limit],
  );
  if (!row) return { deleted: 0, next: null };
  const { deleted, scanned, ...last } = row;
  return { deleted, next: scanned < limit ? null : last };
}

const CUTOFF = `now() - $2::integer * interval '1 day'`;

/** The old service did not record when an order was finished. */
function isExpired(o: string): string {
  return `(${o}.due_at IS NULL AND ${o}.ends_as IS NULL AND coalesce(${o}.finished_at, ${o}.created_at) < ${CUTOFF})`;
}
