import type { Database } from '../database/database.ts';
import { inAscii } from '../database/in-ascii.ts';
import { retryDatabase } from '../database/retry.ts';
import { DatabaseError } from '../errors.ts';
import type { Logger } from '../observability/logger.ts';
import { traceIdOf } from '../observability/traceparent.ts';
import { logged, type OrderKey } from '../order-key.ts';
import type { Task } from '../queue/message.ts';
import { delayFor, MAX_DELAY_SECONDS, type OrderQueue } from '../queue/order-queue.ts';
import { GroupCommit } from './group-commit.ts';
import { FINISH_TIME_MS, type Invocation, timeToWork } from './invocation.ts';
import { NOT_BEGUN, notBegun, type Outcome, type RunnerDeps, runProcessor } from './run-processor.ts';
import { oneHopFurther, sendAgain } from './send-again.ts';
import type { Slots } from './slots.ts';
import type { Claim } from './sql/claim-orders.ts';
import { type Finished, finishOrders, type Verdict } from './sql/finish-orders.ts';
import { readDetails } from './sql/order-details.ts';
import { StepStore } from './steps/step-store.ts';

export interface ProcessDeps extends RunnerDeps {
  readonly database: Database;
  readonly queue: OrderQueue;
  readonly logger: Logger;
  /** The number of dead leases at which an order becomes Failed. */
  readonly maxCrashes: number;
  readonly resendAfterSeconds: number;
  /** The most orders that are processed at a time. */
  readonly concurrency: number;
  /** The most orders per claim; by default as many as lib/orders/slots.ts says. */
  readonly maxClaims?: number | undefined;
}

export interface Claimed {
  readonly order: Claim;
  readonly task: Task;
}

interface Settled {
  readonly outcome: Outcome;
  readonly task: Task;
}

/**
 * Milliseconds that an outcome waits for others of its batch, unless all have settled. So an invocation commits at most
 * five times a second, however its orders settle.
 */
const GATHER_MS = 200;

/** The most outcomes per statement, as many as orders per claim. */
const MAX_OUTCOMES = 500;

/**
 * Runs the processor on claimed orders, as many at a time as there are slots. Each outcome is committed soon after its order
 * settles: a slow order does not delay the others, and a worker that dies does not undo their finished work.
 */
export class Settling {
  readonly #deps: ProcessDeps;
  readonly #invocation: Invocation;
  readonly #slots: Slots;
  readonly #signal: AbortSignal;
  readonly #steps: StepStore;
  readonly #verdicts: GroupCommit<Settled, void>;
  readonly #settling: Promise<Settled>[] = [];
  readonly #committing: Promise<void>[] = [];
  readonly #sends: Promise<void>[] = [];

  constructor(deps: ProcessDeps, invocation: Invocation, slots: Slots) {
    this.#deps = deps;
    this.#invocation = invocation;
    this.#slots = slots;
    this.#signal = AbortSignal.timeout(Math.max(0, timeToWork(invocation)));
    this.#steps = new StepStore(deps.database, () => timeToWork(invocation), invocation.actor);
    this.#verdicts = new GroupCommit<Settled, void>(
      { maxItems: MAX_OUTCOMES, maxOperations: 1, worthAnother: 1 },
      async (group) => {
        const outcomes = group.map(({ outcome }) => outcome);
        const finished = await commit(deps, outcomes, invocation);
        // Not awaited here: a slow queue must not delay the next outcomes.
        this.#sends.push(sendDelayed(deps, group, finished));
        report(deps.logger, group, finished);
        return group.map(() => undefined);
      },
      () => Promise.race([Promise.allSettled(this.#settling), expiry(GATHER_MS)]),
    );
  }

  add(claims: readonly Claimed[]): void {
    const orders = claims.map(({ order }) => order);
    const reading = loadDetails(this.#deps, orders, this.#invocation);
    for (const claim of claims) {
      const settling = this.#process(claim, reading);
      const committing = settling.then((settled) => this.#verdicts.add(settled));
      // end() reports it; in the meantime it must not count as an unhandled rejection.
      committing.catch(() => undefined);
      this.#settling.push(settling);
      this.#committing.push(committing);
    }
  }

  /** @throws DatabaseError if an outcome could not be committed, but not before all orders have settled */
  async end(): Promise<void> {
    await Promise.allSettled(this.#committing);
    await Promise.all(this.#sends);
    await Promise.all(this.#committing);
  }

  async #process({ order, task }: Claimed, reading: ReturnType<typeof loadDetails>): Promise<Settled> {
    const outcome = await this.#slots.run(async () => {
      const details = order.detailBytes === null ? new Map([[task.key, {}]]) : await reading;
      if (details === undefined) return undefined;
      return runProcessor(this.#deps, order, details.get(task.key), this.#steps, task.traceparent, this.#signal);
    });
    return { task, outcome: outcome ?? notBegun(order) };
  }
}

/** The details of claimed orders, which nobody changes while they are claimed; undefined if the database does not reply in time. */
async function loadDetails({ database, logger }: ProcessDeps, claims: readonly Claim[], invocation: Invocation) {
  try {
    return await retryDatabase(() => readDetails(database, claims), { withinMs: timeToWork(invocation) });
  } catch (error) {
    logger.warn('The details of claimed orders cannot be read; the orders are released', { error });
    return undefined;
  }
}

type Committed = ReadonlyMap<OrderKey, Finished>;

/**
 * Returns the orders whose outcome was committed. A reason that the database cannot store must not make the outcome look like that
 * of a lost worker: it is stored in ASCII. Only that of a single order, to which a group is split (GroupCommit).
 */
async function commit(deps: ProcessDeps, verdicts: readonly Verdict[], invocation: Invocation): Promise<Committed> {
  const options = { resendAfterSeconds: deps.resendAfterSeconds, actor: invocation.actor };
  // Retries as long as there is time: the work is done, and giving up would repeat it.
  const limits = { withinMs: Math.max(0, invocation.remainingMs() - FINISH_TIME_MS / 4) };
  const finish = (storable: readonly Verdict[]) =>
    retryDatabase(() => finishOrders(deps.database, storable, options), limits);
  return finish(verdicts).catch((error: unknown) => {
    if (verdicts.length > 1 || !(error instanceof DatabaseError && error.isUntranslatable)) throw error;
    return finish(verdicts.map(inStorableWords));
  });
}

function inStorableWords({ reasonCode, reason, ...verdict }: Verdict): Verdict {
  return { ...verdict, reasonCode: reasonCode && inAscii(reasonCode), reason: reason && inAscii(reason) };
}

/** The sweep sends the message of an order that waits for longer than SQS can delay a message. */
function isSentAgain({ status, delaySeconds }: Finished): boolean {
  return (status === 'Pending' || status === 'Waiting') && delaySeconds <= MAX_DELAY_SECONDS;
}

function sendDelayed(deps: ProcessDeps, settled: readonly Settled[], committed: Committed): Promise<void> {
  return sendAgain(
    deps,
    settled.flatMap(({ outcome: { reasonCode }, task }) => {
      const finished = committed.get(task.key);
      if (!finished || !isSentAgain(finished)) return [];
      // Otherwise the attempt is counted in the row instead.
      const hops = reasonCode === NOT_BEGUN ? {} : { hops: 0 };
      return [{ ...oneHopFurther(task), ...hops, delaySeconds: delayFor(finished.delaySeconds) }];
    }),
  );
}

/** Resolves after the given milliseconds without keeping the process alive. */
function expiry(ms: number): Promise<unknown> {
  const signal = AbortSignal.timeout(ms);
  return new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

/** Logs one entry per order, with the trace of its message. */
function report(logger: Logger, settled: readonly Settled[], committed: Committed): void {
  for (const { outcome, task } of settled) {
    const { attempt, reasonCode } = outcome;
    const order = {
      ...logged(outcome),
      ...(task.traceparent !== undefined && { trace_id: traceIdOf(task.traceparent) }),
    };
    const status = committed.get(task.key)?.status;
    if (!status) logger.warn('Finished after the lease was lost; nothing was written', order);
    else if (status === 'Completed') logger.info('An order was completed', { ...order, attempt });
    else if (status === 'Waiting') logger.info('An order was suspended', { ...order, attempt });
    else if (status === 'Cancelled') logger.info('An order was cancelled', { ...order, attempt });
    else logger.warn('An order was not completed', { ...order, attempt, status, reason_code: reasonCode });
  }
}
