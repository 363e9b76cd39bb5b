import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../database/database.ts';
import { outsideInvocations } from '../observability/invocation.ts';
import { orderKey } from '../order-key.ts';
import { GroupCommit, type GroupLimits } from './group-commit.ts';
import { type FoundOrder, readOrder } from './sql/read-order.ts';
import { readVersions } from './sql/read-versions.ts';

/** What a caller waits for, and how long. */
export interface Wait {
  readonly seconds: number;
  /** Whether this is the state of the order that the caller waits for. */
  readonly isAwaited: (order: FoundOrder) => boolean;
  /** Milliseconds that the invocation has left. */
  readonly remainingMs: () => number;
  /** Aborted when the caller is gone, where that can be known. */
  readonly callerGone?: AbortSignal | undefined;
}

/** Milliseconds between two polls, doubling: the first changes of an order often follow within a second of its creation. */
const FIRST_PAUSE_MS = 200;
/** A caller learns of a change at most about a second late, and 25 s are about 30 polls. */
const MAX_PAUSE_MS = 1_000;

/** Locally, one process serves every request: all waiters share ten polls per second, whatever their number. */
const GATHER_MS = 100;
/** The most waiters of a process: each has a socket, and the response of more of them comes at once. On Lambda, there is one. */
export const MAX_WAITERS = 500;
const POLLS: GroupLimits = { maxItems: MAX_WAITERS, maxOperations: 1, worthAnother: MAX_WAITERS };

/** The last poll and the last read, after the time is over. */
const LAST_STATEMENTS = 2;

interface WaitDeps {
  readonly database: Database;
  /** 0: no caller waits. */
  readonly maxWaitSeconds: number;
  readonly statementTimeoutMs: number;
}

/**
 * The use case behind GET /orders/{order_id}. A caller that waits gets the order once it is in the state that it waits for, or as it is
 * when the time is over. Between two polls, no connection is held.
 * @returns a function that returns undefined if there is no such order, and throws AmbiguousOrder and DatabaseError as readOrder does
 */
export function makeReadOrder({ database, maxWaitSeconds, statementTimeoutMs }: WaitDeps) {
  const polls = new GroupCommit(
    POLLS,
    (keys: readonly string[]) => outsideInvocations(() => readVersions(database, keys)),
    () => sleep(GATHER_MS),
  );
  let waiters = 0;

  return async (orderId: string, owner: string | null, wait?: Wait): Promise<FoundOrder | undefined> => {
    if (!wait || wait.seconds === 0 || waiters >= MAX_WAITERS) return readOrder(database, orderId, owner);
    const timeMs = Math.min(
      Math.min(wait.seconds, maxWaitSeconds) * 1_000,
      wait.remainingMs() - LAST_STATEMENTS * statementTimeoutMs,
    );
    const end = performance.now() + timeMs;
    const isOver = () => performance.now() >= end || wait.callerGone?.aborted === true;
    let pauseMs = FIRST_PAUSE_MS;
    // As it was before the order was read, so that no change between the two is missed.
    let version: string | null | undefined;
    waiters += 1;
    try {
      for (;;) {
        const order = await readOrder(database, orderId, owner);
        if (!order || wait.isAwaited(order)) return order;
        const seen = version;
        while (version === seen) {
          if (isOver()) return order;
          const ms = Math.min(pauseMs, end - performance.now());
          // It is only rejected when the caller is gone.
          await sleep(ms, undefined, { signal: wait.callerGone }).catch(() => undefined);
          pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
          // After a failed poll the order is read again: that throws if the database still does not respond.
          version = await polls.add(orderKey(order)).catch(() => undefined);
        }
      }
    } finally {
      waiters -= 1;
    }
  };
}
