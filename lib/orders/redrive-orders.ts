import type { Database } from '../database/database.ts';
import { parseKey } from '../order-key.ts';
import type { OrderQueue } from '../queue/order-queue.ts';
import { refuseAmbiguous } from './sql/find-owners.ts';
import {
  countCapped,
  type FailedOrders,
  type FailedSelection,
  previewRedrive,
  redriveOrders as redriveRows,
} from './sql/redrive-orders.ts';

export interface RedriveDeps {
  readonly database: Database;
  readonly queue: OrderQueue;
  readonly resendAfterSeconds: number;
  /** How many times one order may be redriven. Beyond that, its cause needs a fix, not another attempt. */
  readonly maxRedrives: number;
}

export interface RedriveRequest extends Omit<FailedSelection, 'maxRedrives'> {
  /** True if the orders get new idempotency keys, because their effects were undone. */
  readonly newRun: boolean;
  /** Only report what would be done. */
  readonly dryRun: boolean;
  /** The actor and the reason, for the history of each order. */
  readonly actor: string;
  readonly reason: string;
}

/**
 * Redrives Failed orders: moves them back to Pending with new budgets, then sends their messages. The sweep sends
 * messages that could not be sent.
 */
export async function redriveOrders(deps: RedriveDeps, request: RedriveRequest): Promise<FailedOrders> {
  const selection = { ...request, maxRedrives: deps.maxRedrives };
  if (request.orderIds && request.owner === null) await refuseAmbiguous(deps.database, request.orderIds);
  if (request.dryRun) return previewRedrive(deps.database, selection);
  const { actor, reason, newRun } = request;
  const { resendAfterSeconds } = deps;
  const redriven = await redriveRows(deps.database, selection, { actor, reason, newRun, resendAfterSeconds });
  if (redriven.length > 0) await deps.queue.send(redriven.map(parseKey));
  return { redrivable: redriven, capped: await countCapped(deps.database, selection) };
}
