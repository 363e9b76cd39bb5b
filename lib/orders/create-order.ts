import { randomUUID } from 'node:crypto';
import type { Database } from '../database/database.ts';
import { retryDatabase } from '../database/retry.ts';
import { DatabaseError } from '../errors.ts';
import { currentInvocation, outsideInvocations } from '../observability/invocation.ts';
import type { Logger } from '../observability/logger.ts';
import { logged, orderKey } from '../order-key.ts';
import { delayFor, MAX_DELAY_SECONDS, type OrderMessage, type OrderQueue } from '../queue/order-queue.ts';
import { fingerprintOf } from './fingerprint.ts';
import { GroupCommit } from './group-commit.ts';
import type { NewOrder } from './order.ts';
import { type Conflict, findConflicts, insertOrders, type OrderInsert } from './sql/insert-orders.ts';
import { makeDueNow } from './sql/make-due-now.ts';

/**
 * - `created`: committed by this request.
 * - `replayed`: this idempotency key created this very order before.
 * - `duplicate`: another request created an order with this owner and id.
 * - `key-reused`: this idempotency key belongs to another request.
 * - `untranslatable`: the encoding of the database lacks one of its characters.
 * - `refused`: Postgres cannot store the values.
 */
export type CreateOutcome = 'created' | 'replayed' | 'duplicate' | 'key-reused' | 'untranslatable' | 'refused';

interface CreateOrderDeps {
  readonly database: Database;
  readonly queue: OrderQueue;
  readonly logger: Logger;
  readonly resendAfterSeconds: number;
}

export interface Caller {
  /** '' on a stage without authorization. */
  readonly owner: string;
  /** For the history. */
  readonly actor?: string;
  readonly idempotencyKey: string | null;
}

/**
 * Enough to share a commit well; a larger statement would block the event loop and delay other requests. While Postgres
 * handles one group, Node prepares the next; with two CPUs, a third group at a time does not help.
 */
const INSERTS = { maxItems: 100, maxOperations: 2, worthAnother: 25 };

/**
 * Messages per send. More than rows per commit, so that a hanging queue costs waiting requests at most two timeouts
 * (the send in progress and their own), and not one per hundred messages.
 */
const SENDS = { maxItems: 1_000, maxOperations: 1, worthAnother: 1 };

/** Two attempts: the second resolves an unknown outcome by reading the order. More would exceed the client's timeout. */
const INSERT_RETRY = { tries: 2, withinMs: 2_500 };

/**
 * The use case behind POST /orders: commits the order, then sends its message. Once the order is committed, the
 * response is a promise, whatever happens to the message: the sweep sends messages that were not sent.
 * @returns a function that throws DatabaseError if it is not known whether the order is stored
 */
export function makeCreateOrder(deps: CreateOrderDeps): (order: NewOrder, caller: Caller) => Promise<CreateOutcome> {
  const inserts = new GroupCommit<OrderInsert, Inserted>(INSERTS, (orders) =>
    // Safe to retry: an order that an earlier attempt committed is recognized by its request token.
    outsideInvocations(() => retryDatabase(() => insertGroup(deps, orders), INSERT_RETRY)),
  );
  const sends = new GroupCommit<OrderMessage, undefined>(SENDS, (messages) =>
    outsideInvocations(() => sendGroup(deps, messages)),
  );

  return async (order, caller) => {
    const { outcome, wait } = await inserts.add(toInsert(order, caller)).catch((error: unknown): Inserted => {
      if (!(error instanceof DatabaseError && error.kind === 'refused')) throw error;
      deps.logger.warn('Postgres rejected an order that had passed validation', {
        ...logged({ orderId: order.orderId, owner: caller.owner }),
        error,
      });
      return { outcome: error.isUntranslatable ? 'untranslatable' : 'refused', wait: 0 };
    });
    if (outcome === 'created') {
      deps.logger.info('An order was accepted', logged({ orderId: order.orderId, owner: caller.owner }));
      // The sweep sends the message of an order that waits for longer.
      if (wait <= MAX_DELAY_SECONDS)
        await sends.add({
          orderId: order.orderId,
          owner: caller.owner,
          traceparent: currentInvocation()?.traceparent,
          ...(wait > 0 && { delaySeconds: delayFor(wait) }),
        });
    }
    return outcome;
  };
}

export function toInsert(order: NewOrder, caller: Caller): OrderInsert {
  return { ...order, ...caller, requestToken: randomUUID(), fingerprint: fingerprintOf(order) };
}

interface Inserted {
  readonly outcome: CreateOutcome;
  /** Seconds until an order that was created may start. */
  readonly wait: number;
}

async function insertGroup(deps: CreateOrderDeps, orders: readonly OrderInsert[]): Promise<Inserted[]> {
  const insert = async (some: readonly OrderInsert[]): Promise<Map<string, number>> =>
    some.length === 0 ? new Map() : insertOrders(deps.database, some, deps.resendAfterSeconds);
  const conflicts = new Map<string, Conflict>();
  const readConflicts = async (some: readonly OrderInsert[]): Promise<void> => {
    if (some.length === 0) return;
    for (const conflict of await findConflicts(deps.database, some)) conflicts.set(conflict.requestToken, conflict);
  };
  const mayBeNew = ({ requestToken }: OrderInsert) => !conflicts.get(requestToken)?.wasDeleted;
  const inserted = await insert(orders).catch(async (error: unknown) => {
    if (!(error instanceof DatabaseError && error.isDuplicate)) throw error;
    // Some ids are those of deleted orders, which the trigger rejects. Without them, the others are inserted.
    await readConflicts(orders);
    return insert(orders.filter(mayBeNew));
  });
  await readConflicts(orders.filter((order) => !inserted.has(order.requestToken) && mayBeNew(order)));
  return orders.map((order) => {
    const wait = inserted.get(order.requestToken);
    if (wait !== undefined) return { outcome: 'created', wait };
    const conflict = conflicts.get(order.requestToken);
    return { outcome: toOutcome(order, conflict), wait: conflict?.wait ?? 0 };
  });
}

function toOutcome(order: OrderInsert, conflict: Conflict | undefined): CreateOutcome {
  if (conflict?.isOurs) return 'created';
  if (conflict?.keyFingerprint) return conflict.keyFingerprint === order.fingerprint ? 'replayed' : 'key-reused';
  if (conflict?.idExists) return 'duplicate';
  // Deleted between the two statements: it is unknown whether the values were stored, as after a lost reply.
  throw new DatabaseError('the conflicting order vanished', 'contention');
}

/**
 * Sends a group. Orders whose message was not accepted are made due now, unless the database fails as well: then their
 * due date covers them.
 */
async function sendGroup(deps: CreateOrderDeps, messages: readonly OrderMessage[]): Promise<undefined[]> {
  const { failed } = await deps.queue.send(messages);
  if (failed.length > 0)
    await makeDueNow(deps.database, failed.map(orderKey)).catch((error: unknown) =>
      deps.logger.warn('Unsent orders wait for their due date', { error }),
    );
  return messages.map(() => undefined);
}
