import type { Database } from '../database/database.ts';
import { type OrderKey, parseKey } from '../order-key.ts';
import type { OrderQueue } from '../queue/order-queue.ts';
import { countCapped, type FailedOrders, previewRedrive, redriveOrders as redriveRows } from './sql/redrive-orders.ts';

export interface RedriveParts {
  readonly database: Database;
  readonly queue: OrderQueue;
  readonly resendAfterSeconds: number;
  /** Times that one order may be redriven: past them its cause wants mending, not another try. */
  readonly maxRedrives: number;
}

export interface RedriveRequest {
  /** Null: any. */
  readonly orderIds: readonly string[] | null;
  /** Null: any. */
  readonly reasonCode: string | null;
  /** Whose; null: anyone's. */
  readonly owner: string | null;
  /** Only those that come after this order, by id and owner; null: from the first. */
  readonly after: OrderKey | null;
  /** Orders at most, the first by their ids. */
  readonly limit: number;
  /** Whether the orders get new idempotency keys, because their effects were undone. */
  readonly newRun: boolean;
  /** Only say what would be done. */
  readonly dryRun: boolean;
  /** Who and why, for the history of each order. */
  readonly actor: string;
  readonly reason: string;
}

/**
 * Has Failed orders processed afresh: back to Pending with new budgets, then a message each. A message that was not
 * sent is the sweep's.
 */
export async function redriveOrders(parts: RedriveParts, request: RedriveRequest): Promise<FailedOrders> {
  const selection = { ...request, maxRedrives: parts.maxRedrives };
  if (request.dryRun) return previewRedrive(parts.database, selection);
  const { actor, reason, newRun } = request;
  const { resendAfterSeconds } = parts;
  const redriven = await redriveRows(parts.database, selection, { actor, reason, newRun, resendAfterSeconds });
  if (redriven.length > 0) await parts.queue.send(redriven.map(parseKey));
  return { redrivable: redriven, capped: await countCapped(parts.database, selection) };
}
