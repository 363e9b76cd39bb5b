import type { Database } from '../database/database.ts';
import { retryDatabase } from '../database/retry.ts';
import { DatabaseError } from '../errors.ts';
import type { Logger } from '../observability/logger.ts';
import { traceIdOf } from '../observability/traceparent.ts';
import { logged, type OrderKey, orderKey, parseKey } from '../order-key.ts';
import type { Travel } from '../queue/message-attributes.ts';
import { MAX_DELAY_SECONDS, type OrderQueue } from '../queue/order-queue.ts';
import { GroupCommit } from './group-commit.ts';
import { NOT_BEGUN, notBegun, type Outcome, type RunnerParts, runProcessor } from './run-processor.ts';
import { sendAgain } from './send-again.ts';
import { type Claim, type ClaimResult, claimOrders, type Unclaimed } from './sql/claim-orders.ts';
import { findByIdAlone } from './sql/find-owners.ts';
import { finishOrders, type Verdict } from './sql/finish-orders.ts';
import { makeDueNow } from './sql/make-due-now.ts';
import { StepStore } from './steps/step-store.ts';

export interface ProcessParts extends RunnerParts {
  readonly database: Database;
  readonly queue: OrderQueue;
  readonly logger: Logger;
  /** The number of dead leases at which an order becomes Failed. */
  readonly maxCrashes: number;
  readonly resendAfterSeconds: number;
}

/** One invocation of the worker. */
export interface Invocation {
  /** Milliseconds until Lambda ends the invocation. */
  readonly remainingMs: () => number;
  /** Recorded in the history as the actor. */
  readonly actor: string;
  /** By order: the attributes of its message. */
  readonly travels?: ReadonlyMap<OrderKey, Travel>;
}

/** Milliseconds before the end of the invocation at which work is aborted, reserved for committing the outcomes. */
const FINISH_TIME_MS = 2_000;

/** Seconds that a lease outlasts its invocation, so that a live worker never loses its lease. */
const LEASE_MARGIN_SECONDS = 2;

/**
 * The clocks of the queue and the database differ a little; a message that arrived too early would wait for the sweep.
 */
const DELAY_MARGIN_SECONDS = 1;

/**
 * Milliseconds that an outcome waits for others of its batch, unless all have settled. So an invocation commits at most
 * five times a second, however its orders settle.
 */
const GATHER_MS = 200;

/**
 * The most attempts of a claim that ends in deadlocks. Only manual transactions cause them, and each takes a second to
 * detect.
 */
const CLAIM_TRIES = 5;

/** Orders that no longer need their message: each has a committed state or a due date that covers it. */
const ACKNOWLEDGED: ReadonlySet<Unclaimed> = new Set(['settled', 'held', 'waiting', 'paused']);

/**
 * The use case behind the queue: claims the orders of a batch, runs the processor on them concurrently, and commits
 * each outcome. Orders that lost a worker before (suspects) are processed afterwards, one at a time, each after the
 * previous one is committed: an order that kills its worker uses up only its own budget.
 * @returns the orders whose messages may be acknowledged; every other message must be redelivered
 * @throws DatabaseError if the database did not reply: then no message may be acknowledged
 */
export async function processOrders(
  parts: ProcessParts,
  keys: readonly OrderKey[],
  invocation: Invocation,
): Promise<Set<OrderKey>> {
  const first = await processTogether(parts, keys, invocation, false);
  const alone = await processSuspects(parts, first.suspects, invocation);
  const settled = new Set([...first.acknowledged, ...alone.acknowledged]);

  // The transaction that held the locks is usually done by now. If not, the messages are redelivered.
  if (first.locked.length > 0 && timeToWork(invocation) > 0) {
    const again = await processTogether(parts, first.locked, invocation, false);
    for (const key of again.acknowledged) settled.add(key);
  }
  for (const key of await processEarlierMessages(parts, first.unknown, invocation)) settled.add(key);
  return settled;
}

/**
 * While order ids were unique by themselves, messages did not contain owners. So a message without an owner can be
 * about an order that has one, if no other order matches. If it finds none, or another message of the order comes
 * first, the order loses nothing: the sweep knows its owner.
 * @returns those of the keys, in the form of the messages, whose messages may be acknowledged
 */
async function processEarlierMessages(
  parts: ProcessParts,
  unknown: readonly OrderKey[],
  invocation: Invocation,
): Promise<OrderKey[]> {
  const found = [...(await findByIdAlone(parts.database, unknown))];
  if (found.length === 0) return [];
  const travels = new Map(
    found.flatMap(([named, key]) => {
      const travel = invocation.travels?.get(named);
      return travel === undefined ? [] : [[key, travel] as const];
    }),
  );
  const settled = await processOrders(
    parts,
    found.map(([, key]) => key),
    { ...invocation, travels },
  );
  return found.filter(([, key]) => settled.has(key)).map(([named]) => named);
}

/**
 * Processes suspects one at a time. Suspects that would not fit into this invocation (estimated from the slowest so
 * far) are sent to other workers without counting an attempt.
 */
async function processSuspects(
  parts: ProcessParts,
  suspects: readonly OrderKey[],
  invocation: Invocation,
): Promise<Pick<Progress, 'acknowledged'>> {
  const acknowledged: OrderKey[] = [];
  let waiting = [...suspects];
  let slowestMs = 1;
  while (waiting.length > 0) {
    const fitting = Math.max(0, Math.floor(timeToWork(invocation) / slowestMs));
    const surplus = waiting.slice(fitting);
    await sendAgain(
      parts,
      surplus.map((key) => ({ ...parseKey(key), ...oneHopFurther(invocation, key) })),
    );
    acknowledged.push(...surplus);
    const [next, ...rest] = waiting.slice(0, fitting);
    if (next === undefined) break;

    const started = performance.now();
    acknowledged.push(...(await processTogether(parts, [next], invocation, true)).acknowledged);
    slowestMs = Math.max(slowestMs, performance.now() - started);
    waiting = rest;
  }
  return { acknowledged };
}

interface Progress {
  /** Orders that no longer need their message. */
  readonly acknowledged: OrderKey[];
  readonly suspects: OrderKey[];
  readonly locked: OrderKey[];
  readonly unknown: OrderKey[];
}

async function processTogether(
  parts: ProcessParts,
  keys: readonly OrderKey[],
  invocation: Invocation,
  suspects: boolean,
): Promise<Progress> {
  const { claims, unclaimed } = await claim(parts, keys, invocation, suspects);
  if (claims.length > 0) await work(parts, claims, invocation);
  const withState = (state: Unclaimed) => [...unclaimed].filter(([, is]) => is === state).map(([key]) => key);
  const paused = withState('paused');
  // Their messages are acknowledged, because they would otherwise soon be dead letters. So the orders are made due now,
  // and the sweep sends them when processing resumes.
  if (paused.length > 0) await makeDueNow(parts.database, paused);
  return {
    acknowledged: [
      ...claims.map(orderKey),
      ...[...unclaimed].filter(([, state]) => ACKNOWLEDGED.has(state)).map(([key]) => key),
    ],
    suspects: withState('suspect'),
    locked: withState('locked'),
    unknown: withState('unknown'),
  };
}

/**
 * Retries after a deadlock only. After a lost reply it does not retry: a claim that committed unseen would look like
 * another worker's. The batch is redelivered instead.
 */
async function claim(
  parts: ProcessParts,
  keys: readonly OrderKey[],
  invocation: Invocation,
  suspects: boolean,
): Promise<ClaimResult> {
  try {
    return await retryDatabase(
      () =>
        claimOrders(parts.database, keys, {
          leaseSeconds: Math.max(0, invocation.remainingMs()) / 1_000 + LEASE_MARGIN_SECONDS,
          suspects,
          maxCrashes: parts.maxCrashes,
          actor: invocation.actor,
        }),
      { tries: CLAIM_TRIES, withinMs: Math.max(0, timeToWork(invocation)), only: 'contention' },
    );
  } catch (error) {
    if (!(error instanceof DatabaseError && error.isUntranslatable)) throw error;
    // The encoding of the database lacks a character of an id, so it has no such order.
    const [key] = keys;
    if (key !== undefined && keys.length === 1) return { claims: [], unclaimed: new Map([[key, 'unknown']]) };
    const alone: ClaimResult[] = [];
    for (const each of keys) alone.push(await claim(parts, [each], invocation, suspects));
    return {
      claims: alone.flatMap(({ claims }) => claims),
      unclaimed: new Map(alone.flatMap(({ unclaimed }) => [...unclaimed])),
    };
  }
}

/**
 * Runs the processor on claimed orders concurrently. Each outcome is committed soon after its order settles: a slow
 * order does not delay the others, and a worker that dies does not undo their finished work.
 * @throws DatabaseError if an outcome could not be committed, but not before all orders have settled
 */
async function work(parts: ProcessParts, claims: readonly Claim[], invocation: Invocation): Promise<void> {
  const timeMs = timeToWork(invocation);
  const signal = timeMs > 0 ? AbortSignal.timeout(timeMs) : undefined;
  const steps = new StepStore(parts.database, () => timeToWork(invocation));
  const settling = claims.map(async (order) =>
    signal
      ? runProcessor(parts, order, steps, invocation.travels?.get(orderKey(order))?.traceparent, signal)
      : notBegun(order),
  );
  const allSettled = Promise.allSettled(settling);

  const sends: Promise<void>[] = [];
  const verdicts = new GroupCommit<Outcome, void>(
    { maxItems: claims.length, maxOperations: 1, worthAnother: 1 },
    async (group) => {
      const taken = await commit(parts, group, invocation);
      // Not awaited here: a slow queue must not delay the next outcomes.
      sends.push(sendDelayed(parts, group, taken, invocation));
      report(parts.logger, group, taken, invocation);
      return group.map(() => undefined);
    },
    () => Promise.race([allSettled, expiry(GATHER_MS)]),
  );
  const committing = settling.map(async (verdict) => verdicts.add(await verdict));
  await Promise.allSettled(committing);
  await Promise.all(sends);
  await Promise.all(committing);
}

/** Returns the orders whose outcome was committed. */
function commit(parts: ProcessParts, verdicts: readonly Verdict[], invocation: Invocation): Promise<Set<OrderKey>> {
  return retryDatabase(
    () =>
      finishOrders(parts.database, verdicts, {
        resendAfterSeconds: parts.resendAfterSeconds,
        actor: invocation.actor,
      }),
    // Retries as long as there is time: the work is done, and giving up would repeat it.
    { tries: Number.POSITIVE_INFINITY, withinMs: Math.max(0, invocation.remainingMs() - FINISH_TIME_MS / 4) },
  );
}

/** The sweep wakes an order that sleeps for longer than SQS can delay a message. */
function isSentAgain({ status, delaySeconds }: Verdict): boolean {
  return status === 'Pending' || (status === 'Waiting' && delaySeconds <= MAX_DELAY_SECONDS);
}

function sendDelayed(
  parts: ProcessParts,
  outcomes: readonly Outcome[],
  taken: ReadonlySet<OrderKey>,
  invocation: Invocation,
): Promise<void> {
  return sendAgain(
    parts,
    outcomes
      .filter((outcome) => isSentAgain(outcome) && taken.has(orderKey(outcome)))
      .map(({ orderId, owner, delaySeconds, reasonCode }) => ({
        orderId,
        owner,
        ...oneHopFurther(invocation, orderKey({ orderId, owner })),
        // The attempt is counted in the row instead.
        ...(reasonCode !== NOT_BEGUN && { hops: 0 }),
        delaySeconds: Math.min(MAX_DELAY_SECONDS, Math.ceil(delaySeconds) + DELAY_MARGIN_SECONDS),
      })),
  );
}

/** Resolves after the given milliseconds without keeping the process alive. */
function expiry(ms: number): Promise<unknown> {
  const signal = AbortSignal.timeout(ms);
  return new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

/** For a message that is sent again without an attempt of its order. */
function oneHopFurther({ travels }: Invocation, key: OrderKey): Travel {
  const { traceparent, hops = 0 } = travels?.get(key) ?? {};
  return { traceparent, hops: hops + 1 };
}

/** Whole milliseconds, because AbortSignal.timeout does not accept fractions. */
function timeToWork(invocation: Invocation): number {
  return Math.floor(invocation.remainingMs() - FINISH_TIME_MS);
}

/** Logs one entry per order, with the trace of its message. */
function report(
  logger: Logger,
  outcomes: readonly Outcome[],
  taken: ReadonlySet<OrderKey>,
  { travels }: Invocation,
): void {
  for (const { orderId, owner, status, attempt, reasonCode } of outcomes) {
    const key = orderKey({ orderId, owner });
    const traceparent = travels?.get(key)?.traceparent;
    const order = {
      ...logged({ orderId, owner }),
      ...(traceparent !== undefined && { trace_id: traceIdOf(traceparent) }),
    };
    if (!taken.has(key)) logger.warn('Finished after the lease was lost; nothing was written', order);
    else if (status === 'Completed') logger.info('An order was completed', { ...order, attempt });
    else if (status === 'Waiting') logger.info('An order was put to sleep', { ...order, attempt });
    else logger.warn('An order was not completed', { ...order, attempt, status, reason_code: reasonCode });
  }
}
