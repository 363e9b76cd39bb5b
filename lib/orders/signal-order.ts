import type { Database } from '../database/database.ts';
import { retryDatabase } from '../database/retry.ts';
import { DatabaseError } from '../errors.ts';
import type { OrderQueue } from '../queue/order-queue.ts';
import { FINISHED, type Status } from './order.ts';
import { ambiguous } from './sql/find-owners.ts';
import { MAX_SIGNALS, type NewSignal, readSignals, type SignaledOrder, storeSignal } from './sql/order-signals.ts';

/**
 * - `stored`: this request stored the signal.
 * - `repeated`: the same signal, with the same payload, was stored before.
 * - `conflicting`: a signal of this name with another payload was stored before.
 * - `timed-out`: the order no longer waits for it.
 * - `earlier-run`: the signal is for a run of the order that has ended.
 * - `too-many`: the order has received as many signals as it may.
 * - a status: the order is finished.
 */
export type SignalOutcome =
  | 'stored'
  | 'repeated'
  | 'conflicting'
  | 'timed-out'
  | 'earlier-run'
  | 'too-many'
  | { readonly status: Status };

interface SignalDeps {
  readonly database: Database;
  readonly queue: OrderQueue;
}

/** Two attempts, within the timeout of clients: a signal that an earlier attempt stored is recognized by its payload. */
const RETRY = { tries: 2, withinMs: 2_500 };

/**
 * Sends a signal to an order. It is stored and its order made due in one commit, before its message is sent: so the sweep sends a
 * message that could not be sent.
 * @returns undefined if the order does not exist
 * @throws AmbiguousOrder if no owner is required and several owners have such an order; DatabaseError
 */
export async function signalOrder(
  { database, queue }: SignalDeps,
  signal: NewSignal,
  actor: string,
): Promise<SignalOutcome | undefined> {
  const { order, outcome } = await retryDatabase(async () => {
    const [order, ...others] = await storeSignal(database, signal, actor);
    if (others.length > 0) throw await ambiguous(database, signal.orderId);
    return { order, outcome: order && (order.stored ? 'stored' : await whyNot(database, signal, order)) };
  }, RETRY);
  // Also when it is repeated: the first request may have ended before it sent one. A worker that holds the order notices by itself.
  if (order?.status === 'Waiting' && (outcome === 'stored' || outcome === 'repeated'))
    await queue.send([{ orderId: order.orderId, owner: order.owner }]);
  return outcome;
}

async function whyNot(database: Database, signal: NewSignal, order: SignaledOrder): Promise<SignalOutcome> {
  const run = signal.run ?? order.run;
  const [stored] = await readSignals(database, [{ ...order, run, name: signal.name }]);
  if (stored?.payload === signal.payload) return 'repeated';
  if (stored) return stored.payload === null ? 'timed-out' : 'conflicting';
  if (FINISHED.includes(order.status)) return { status: order.status };
  if (run !== order.run) return 'earlier-run';
  if (order.signals >= MAX_SIGNALS) return 'too-many';
  throw new DatabaseError('the stored signal vanished', 'contention');
}
