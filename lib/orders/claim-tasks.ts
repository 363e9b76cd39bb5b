import { retryDatabase } from '../database/retry.ts';
import { DatabaseError } from '../errors.ts';
import { type OrderKey, orderKey } from '../order-key.ts';
import type { Task } from '../queue/message.ts';
import { type Invocation, timeToWork } from './invocation.ts';
import type { Claimed, ProcessDeps } from './settle-claims.ts';
import { claimOrders, type Unclaimed } from './sql/claim-orders.ts';

/** Seconds that a lease outlasts its invocation, so that a live worker never loses its lease. */
const LEASE_MARGIN_SECONDS = 2;

/** The most attempts of a claim that deadlocks. Only manual transactions cause that, and each takes a second to detect. */
const CLAIM_TRIES = 5;

export interface UnclaimedTask {
  readonly task: Task;
  readonly state: Unclaimed;
}

interface ClaimedTasks {
  readonly claims: readonly Claimed[];
  readonly unclaimed: readonly UnclaimedTask[];
}

/**
 * Claims the orders of these tasks. Retries after a deadlock only. After a lost reply it does not retry: a claim that committed
 * unseen would look like another worker's. The batch is redelivered instead.
 */
export async function claimTasks(
  deps: ProcessDeps,
  tasks: readonly Task[],
  invocation: Invocation,
  suspects: boolean,
): Promise<ClaimedTasks> {
  const byKey = new Map(tasks.map((task) => [task.key, task]));
  const taskOf = (key: OrderKey) => byKey.get(key) as Task;
  try {
    const { claims, unclaimed } = await retryDatabase(
      () =>
        claimOrders(deps.database, [...byKey.keys()], {
          leaseSeconds: Math.max(0, invocation.remainingMs()) / 1_000 + LEASE_MARGIN_SECONDS,
          suspects,
          maxCrashes: deps.maxCrashes,
          actor: invocation.actor,
        }),
      { tries: CLAIM_TRIES, withinMs: Math.max(0, timeToWork(invocation)), only: 'contention' },
    );
    return {
      claims: claims.map((order) => ({ order, task: taskOf(orderKey(order)) })),
      unclaimed: [...unclaimed].map(([key, state]) => ({ task: taskOf(key), state })),
    };
  } catch (error) {
    if (!(error instanceof DatabaseError && error.isUntranslatable)) throw error;
    // The encoding of the database lacks a character of an id, so it has no such order.
    const [task] = tasks;
    if (task !== undefined && tasks.length === 1) return { claims: [], unclaimed: [{ task, state: 'unknown' }] };
    const alone: ClaimedTasks[] = [];
    for (const each of tasks) alone.push(await claimTasks(deps, [each], invocation, suspects));
    return {
      claims: alone.flatMap(({ claims }) => claims),
      unclaimed: alone.flatMap(({ unclaimed }) => unclaimed),
    };
  }
}
