import { PermanentFailure, type Recorded, type Step, type StepFunction } from '../../processors/processor.ts';
import { effectKey, stepKey } from '../effect-key.ts';
import type { Claim } from '../sql/claim-orders.ts';
import type { RecordedSteps } from '../sql/order-steps.ts';
import { bytesOf, decodeResult, encodeResult, MAX_RUN_BYTES } from './results.ts';
import type { StepStore } from './step-store.ts';

/** The same limit as in Postgres; without control characters, because people read it. */
const NAME = /^[^\p{Cc}\p{Cs}]{1,100}$/u;

/** The steps of one attempt at an order. */
export class StepRun {
  readonly #order: Claim;
  readonly #store: StepStore;
  readonly #signal: AbortSignal;
  readonly #names = new Set<string>();
  readonly #running = new Set<Promise<unknown>>();
  #recorded: Promise<RecordedSteps> | undefined;
  #bytes = 0;
  #lost: Error | undefined;

  constructor(order: Claim, store: StepStore, signal: AbortSignal) {
    this.#order = order;
    this.#store = store;
    this.#signal = signal;
  }

  readonly step: Step = (name, run) => {
    const running = this.#run(name, run);
    this.#running.add(running);
    const ended = () => void this.#running.delete(running);
    // Also keeps a step that the processor does not wait for from ending the worker as an unhandled rejection.
    running.then(ended, ended);
    return running;
  };

  /** Settles like the processor, but not while a step is running: recording it requires that the order is held. */
  async toEnd(processing: () => Promise<void>): Promise<void> {
    try {
      await processing();
    } finally {
      while (this.#running.size > 0) await Promise.allSettled(this.#running);
    }
  }

  async #run<Result>(name: string, run: StepFunction<Result>): Promise<Recorded<Result>> {
    this.#reserve(name);
    this.#check();
    const recorded = await this.#read();
    const known = recorded.get(name);
    if (known !== undefined) return decodeResult(known) as Recorded<Result>;
    this.#check();
    const started = performance.now();
    const idempotencyKey = stepKey(effectKey(this.#order), name);
    const result = encodeResult(name, await run({ idempotencyKey, signal: this.#signal }));
    this.#count(name, result);
    await this.#record(name, result, (performance.now() - started) / 1_000);
    // Parsed again, so that the first attempt sees the same value as later ones.
    return decodeResult(result) as Recorded<Result>;
  }

  #reserve(name: string): void {
    if (!NAME.test(name))
      throw new PermanentFailure('step_name', 'The name of a step has 1 to 100 characters, none a control character.');
    if (this.#names.has(name)) throw new PermanentFailure('step_name', `Two steps are named "${name}".`);
    this.#names.add(name);
  }

  /** True if another step may start. */
  #check(): void {
    if (this.#lost) throw this.#lost;
    this.#signal.throwIfAborted();
  }

  /** Once per attempt, and never for the first claim of an order, before which no step can have been recorded. */
  async #read(): Promise<RecordedSteps> {
    this.#recorded ??= this.#order.token === 1 ? Promise.resolve(new Map()) : this.#readAll();
    return this.#recorded;
  }

  async #readAll(): Promise<RecordedSteps> {
    const recorded = await this.#store.read(this.#order);
    for (const result of recorded.values()) this.#bytes += bytesOf(result);
    return recorded;
  }

  #count(name: string, result: string | null): void {
    this.#bytes += bytesOf(result);
    if (this.#bytes > MAX_RUN_BYTES)
      throw new PermanentFailure(
        'step_result_too_large',
        `With the result of step "${name}", those of all steps have ${this.#bytes} bytes; the limit is ${MAX_RUN_BYTES}.`,
      );
  }

  async #record(name: string, result: string | null, seconds: number): Promise<void> {
    const { orderId, owner, run, token, attempt } = this.#order;
    if (await this.#store.record({ orderId, owner, run, token, attempt, name, result, seconds })) return;
    this.#lost = new Error('The worker no longer holds the order.');
    throw this.#lost;
  }
}
