import type { Logger } from '../../lib/observability/logger.ts';
import { cancelOrder } from '../../lib/orders/cancel-order.ts';
import { makeCreateOrder } from '../../lib/orders/create-order.ts';
import { processOrders } from '../../lib/orders/process-orders.ts';
import { setProcessing } from '../../lib/orders/processing.ts';
import { redriveOrders } from '../../lib/orders/redrive-orders.ts';
import { signalOrder } from '../../lib/orders/signal-order.ts';
import { type SweepDeps, sweepOrders } from '../../lib/orders/sweep-orders.ts';
import { PermanentFailure, type Processor, TransientFailure } from '../../lib/processors/processor.ts';
import { decodeMessage, noLongerNeeded } from '../../lib/queue/message.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { findBrokenAnswers, findForeignOrders, type KeptOrder, type Request } from './clients.ts';
import { Container, type HeldCall } from './container.ts';
import type { HistoryLab } from './lab.ts';
import {
  APIS,
  INVOCATION_MS,
  LONG_RETRY_AFTER,
  MAX_ATTEMPTS,
  MAX_CRASHES,
  MAX_REDRIVES,
  RESEND_AFTER,
  RETRY_POLICY,
  SIGNAL,
} from './limits.ts';
import { heldDatabase, heldQueue, isInjected } from './outside.ts';
import { type QueuedMessage, QueueModel } from './queue-model.ts';
import { hasSteps, type Nature } from './steps.ts';
import { Steps } from './take-steps.ts';
import { VirtualTime } from './virtual-time.ts';

/** A promise was broken. The message names it, and what had happened before. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

interface Api {
  readonly container: Container;
  readonly createOrder: ReturnType<typeof makeCreateOrder>;
}

/** The service while one history happens to it: the real use cases and the real Postgres, in containers that it stops. */
export class World {
  readonly lab: HistoryLab;
  readonly time: VirtualTime;
  readonly queue = new QueueModel();
  readonly #natureOf: (orderId: string) => Nature;
  readonly #logger: Logger;
  readonly #trace: string[] = [];
  readonly #problems: string[] = [];
  readonly #requests: Request[] = [];
  readonly #steps: Steps;
  /** The signals that were accepted. */
  readonly #signals: { readonly orderId: string; readonly payload: number }[] = [];
  /** How often the processor began, by order. */
  readonly #begun = new Map<string, number>();
  #apis: Api[] = [];
  #containers: Container[] = [];
  #containerCount = 0;

  private constructor(lab: HistoryLab, time: VirtualTime, natureOf: (orderId: string) => Nature) {
    this.lab = lab;
    this.time = time;
    this.#natureOf = natureOf;
    this.#steps = new Steps(lab.psql, (problem) => this.#problems.push(problem));
    this.#logger = { ...recordingLogger(), warn: (message) => this.lab.tally.add(`warning: ${message}`) };
    this.#apis = Array.from({ length: APIS }, () => this.#startApi());
  }

  static async begin(lab: HistoryLab, natureOf: (orderId: string) => Nature): Promise<World> {
    await lab.clear();
    return new World(lab, await VirtualTime.begin(lab.psql), natureOf);
  }

  /** Containers that have something to do, each of them stopped at a call. */
  get busy(): readonly Container[] {
    return this.#containers.filter(({ isBusy }) => isBusy);
  }

  note(what: string): void {
    this.#trace.push(what);
  }

  /** Counts a step, and notes it. */
  did(kind: string, details = ''): void {
    this.lab.tally.add(`step: ${kind}`);
    this.note(`${kind}${details && ` ${details}`}`);
  }

  /** Answers the container of the request, as do the other beginnings below. */
  async post(request: Request, api: number): Promise<Container> {
    const { container, createOrder } = this.#apis[api] as Api;
    const { order, idempotencyKey } = request;
    this.#requests.push(request);
    await container.run(async () => {
      try {
        request.answer = await createOrder(order, { owner: '', idempotencyKey });
      } catch (error) {
        request.answer = 'error';
        this.#expectInjected(container, error);
      }
      this.lab.tally.add(`answer: ${request.answer}`);
      this.note(`${container.name} answers ${request.answer} for ${order.orderId}`);
    });
    return container;
  }

  /** A worker takes these messages, as the queue function does, and has them deleted by what it answers. */
  async receive(wanted: readonly QueuedMessage[]): Promise<Container> {
    const received = this.queue.receive(wanted, this.time.nowMs);
    const worker = this.#start('worker');
    if (received.length === 0) return worker;
    const endMs = this.time.nowMs + INVOCATION_MS;
    const messages = received.map((message) => ({ message, ...decodeMessage(message.body) }));
    const tasks = new Map(messages.flatMap(({ tasks }) => tasks).map((task) => [task.key, task]));
    this.note(`${worker.name} receives ${[...tasks.keys()].join(', ')}`);
    const parts = {
      ...this.#partsOf(worker, () => endMs - this.time.nowMs),
      processor: this.#processorIn(worker),
      retryPolicy: RETRY_POLICY,
      maxCrashes: MAX_CRASHES,
      // Fewer than a message may name, so that some have to wait for a slot.
      concurrency: 2,
    };
    await worker.run(async () => {
      let settled: Set<string>;
      try {
        settled = await processOrders(parts, [...tasks.values()], {
          remainingMs: () => endMs - this.time.nowMs,
          actor: worker.name,
        });
      } catch (error) {
        this.#expectInjected(worker, error);
        return;
      }
      const { acknowledges = noLongerNeeded } = this.lab.sabotage;
      const done = messages.filter((message) => acknowledges(message, settled));
      const acknowledged = new Set(done.flatMap(({ tasks }) => tasks.map(({ key }) => key)));
      await worker.hold({
        name: 'acknowledge',
        faults: ['not deleted'],
        act: async (fault) => {
          this.#problems.push(...(await this.#findUnfounded(acknowledged)));
          if (fault !== 'not deleted') this.queue.delete(done.map(({ message }) => message));
        },
      });
    });
    return worker;
  }

  async sweep(): Promise<Container> {
    const sweeper = this.#start('sweep');
    if (this.lab.sabotage.withoutSweep) return sweeper;
    const endMs = this.time.nowMs + INVOCATION_MS;
    await sweeper.run(() =>
      sweepOrders(this.#partsOf(sweeper), () => endMs - this.time.nowMs).then(
        () => undefined,
        (error) => this.#expectInjected(sweeper, error),
      ),
    );
    return sweeper;
  }

  async redrive(selection: {
    orderIds: string[] | null;
    reasonCode: string | null;
    limit: number;
  }): Promise<Container> {
    return this.#operate('redrive', (parts, actor) =>
      redriveOrders(
        { ...parts, maxRedrives: MAX_REDRIVES },
        { ...selection, owner: null, after: null, dryRun: false, newRun: false, actor, reason: 'the history says so' },
      ),
    );
  }

  async cancel(orderId: string): Promise<Container> {
    return this.#operate('cancel', (parts, actor) =>
      cancelOrder(parts, orderId, null, { actor, reason: 'the history says so' }),
    );
  }

  async signal(orderId: string, payload: number): Promise<Container> {
    const signal = { orderId, owner: null, run: null, name: SIGNAL, payload: JSON.stringify(payload) };
    return this.#operate('signal', async (parts, actor) => {
      const outcome = await signalOrder(parts, signal, actor);
      this.lab.tally.add(`signal: ${typeof outcome === 'object' ? 'finished' : outcome}`);
      if (outcome === 'stored' || outcome === 'repeated') this.#signals.push({ orderId, payload });
    });
  }

  async setProcessing(paused: boolean): Promise<Container> {
    return this.#operate(paused ? 'pause' : 'resume', (parts, actor) =>
      setProcessing(parts, paused, { actor, reason: null }),
    );
  }

  /** Lets one call of a container go on, with one of the faults that may befall it, or with none. */
  async goOn(container: Container, call: HeldCall, fault: number | null): Promise<void> {
    const name = fault === null ? undefined : call.faults[fault % call.faults.length];
    this.lab.tally.add(`call: ${call.name.replace(/ order-\d+/, '')}: ${name ?? 'well'}`);
    this.note(`${container.name}: ${call.name}${name === undefined ? '' : ` (${name})`}`);
    await container.goOn(call, name);
    if (container.isAlive) return;
    this.note(`${container.name} is dead`);
    this.#apis = this.#apis.map((api) => (api.container === container ? this.#startApi() : api));
  }

  async elapse(ms: number): Promise<void> {
    this.note(`${ms / 1_000} s pass`);
    await this.time.advance(ms);
    for (const container of this.busy) await container.settle();
  }

  /** @throws Violation naming every promise that is broken now. */
  async demandPromises(): Promise<void> {
    const { problems, orders } = await this.lab.look();
    const all = [
      ...this.#problems,
      ...problems,
      ...findBrokenAnswers(this.#requests, orders),
      ...this.#findWaste(orders),
      ...(await this.#findLostSignals()),
    ];
    if (all.length > 0) this.fail(all);
  }

  /** @throws Violation if the responses do not explain the orders. */
  async demandExplanations(): Promise<void> {
    const problems = findForeignOrders(this.#requests, await this.orders());
    if (problems.length > 0) this.fail(problems);
  }

  fail(problems: readonly string[]): never {
    throw new Violation(`${problems.join('\n')}\n\nbecause\n  ${this.#trace.join('\n  ')}`);
  }

  async orders(): Promise<readonly KeptOrder[]> {
    return (await this.lab.look()).orders;
  }

  #startApi(): Api {
    const container = this.#start('api');
    return { container, createOrder: makeCreateOrder(this.#partsOf(container)) };
  }

  #start(kind: string): Container {
    this.#containerCount += 1;
    const container = new Container(`${kind}-${this.#containerCount}`);
    this.#containers = [...this.#containers.filter(({ isAlive }) => isAlive), container];
    return container;
  }

  /** Starts a request of an operator, in a separate container. */
  async #operate(kind: string, work: (deps: SweepDeps, actor: string) => Promise<unknown>): Promise<Container> {
    const container = this.#start(kind);
    await container.run(() =>
      work(this.#partsOf(container), container.name).then(
        () => undefined,
        (error) => this.#expectInjected(container, error),
      ),
    );
    return container;
  }

  #partsOf(container: Container, remainingMs = () => Number.POSITIVE_INFINITY) {
    const { database, operator, sabotage } = this.lab;
    return {
      database: heldDatabase(container, { database, operator, rewrite: sabotage.rewrite, remainingMs }),
      queue: heldQueue(container, this.queue, () => this.time.nowMs),
      logger: this.#logger,
      resendAfterSeconds: RESEND_AFTER,
    };
  }

  #processorIn(worker: Container): Processor {
    return ({ orderId }, context) => {
      const { attempt, signal } = context;
      this.#begun.set(orderId, (this.#begun.get(orderId) ?? 0) + 1);
      if (hasSteps(this.#natureOf(orderId))) return this.#steps.take(worker, orderId, this.#natureOf(orderId), context);
      return worker.hold({
        name: `process ${orderId}`,
        faults: ['fails', 'is busy'],
        signal,
        act: async (fault) => {
          if (fault === 'fails') throw new Error('the processor failed');
          if (fault === 'is busy')
            throw new TransientFailure('busy', 'come back later', { retryAfterSeconds: LONG_RETRY_AFTER });
          const nature = this.#natureOf(orderId);
          if (nature === 'kills its worker') worker.crash();
          if (nature === 'is refused') throw new PermanentFailure('card_declined', 'the bank said no');
          if (nature === 'fails' || (nature === 'completes after a failure' && attempt === 1))
            throw new Error('it fails');
        },
      });
    };
  }

  /** Acknowledged messages whose orders still need them. */
  async #findUnfounded(acknowledged: ReadonlySet<string>): Promise<string[]> {
    const rows = await this.lab.psql.rows<{ order_id: string; exists: boolean }>(
      `SELECT w.order_id, o.order_id IS NOT NULL AS exists FROM unnest($1::text[]) AS w(order_id) LEFT JOIN orders o USING (order_id)
       WHERE o.order_id IS NULL OR (o.due_at IS NULL AND o.status IN ('Pending', 'Processing', 'Waiting'))`,
      [[...acknowledged]],
    );
    // An order that does not exist may have been passed on in its own message before a worker looked for it.
    const unfounded = rows.filter(({ exists, order_id }) => exists || !this.queue.offered.has(order_id));
    return unfounded.map(({ order_id }) => `the message of ${order_id} was acknowledged, and nobody looks after it`);
  }

  /** Orders whose processor began more often than their budgets and redrives allow. */
  #findWaste(orders: readonly KeptOrder[]): string[] {
    return orders.flatMap(({ orderId, redrives }) => {
      const begun = this.#begun.get(orderId) ?? 0;
      // The last failure, or the last crash, is the last of both.
      const forward = MAX_ATTEMPTS + MAX_CRASHES - 1;
      // After its sleep or wait, and for each of three undo functions as often as their budgets allow.
      const more = hasSteps(this.#natureOf(orderId)) ? 1 + 3 * (MAX_ATTEMPTS + MAX_CRASHES) : 0;
      const allowed = (redrives + 1) * (forward + more);
      return begun > allowed ? [`${orderId} was processed ${begun} times, and may be ${allowed}`] : [];
    });
  }

  /** Accepted signals that are not stored. */
  async #findLostSignals(): Promise<string[]> {
    if (this.#signals.length === 0) return [];
    const rows = await this.lab.psql.rows<{ orderId: string; payload: number }>(
      `SELECT "orderId", payload FROM json_to_recordset($1::json) AS accepted("orderId" text, payload integer)
       WHERE NOT EXISTS (
         SELECT FROM order_signals s WHERE s.order_id = "orderId" AND s.payload = accepted.payload::text)`,
      [JSON.stringify(this.#signals)],
    );
    return rows.map(({ orderId, payload }) => `the accepted signal ${payload} of ${orderId} is not stored`);
  }

  #expectInjected(container: Container, error: unknown): void {
    this.note(`${container.name} gives up: ${error}`);
    if (!isInjected(error)) this.#problems.push(`${container.name} met an error that nothing explains: ${error}`);
  }
}
