import type { Database } from '../database/database.ts';
import { foundNothing } from '../database/database-error.ts';
import { type Caller, toInsert } from './create-order.ts';
import type { NewOrder } from './order.ts';
import { findConflicts } from './sql/insert-orders.ts';

/** Whether an earlier request with the idempotency key of this one stored the order: then creating it again would store nothing. */
export async function isReplay(database: Database, order: NewOrder, caller: Caller): Promise<boolean> {
  if (caller.idempotencyKey === null) return false;
  const insert = toInsert(order, caller);
  const [conflict] = await findConflicts(database, [insert]).catch(foundNothing);
  return conflict?.keyFingerprint === insert.fingerprint;
}
