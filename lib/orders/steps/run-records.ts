import { PermanentFailure } from '../processor.ts';
import type { Claim } from '../sql/claim-orders.ts';
import type { RecordedSteps, Recording, StepRecord } from '../sql/order-steps.ts';
import { MAX_RUN_BYTES, recordBytes } from './results.ts';
import type { StepStore } from './step-store.ts';

/** What RunRecords adds to a record. */
export type NewRecord = Omit<StepRecord, 'orderId' | 'owner' | 'run' | 'token' | 'attempt'>;

/** The records of one run of an order: those of earlier attempts, and the new ones as long as there is room for them. */
export class RunRecords {
  readonly #order: Claim;
  readonly #store: StepStore;
  #recorded: Promise<RecordedSteps> | undefined;
  #readAt = 0;
  #bytes = 0;

  constructor(order: Claim, store: StepStore) {
    this.#order = order;
    this.#store = store;
  }

  /** The recorded sleeps and waits last so many seconds from then on, by the clock of `performance.now()`. */
  get readAt(): number {
    return this.#readAt;
  }

  /** Once per attempt, and never for the first claim of an order, before which no step can have been recorded. */
  read(): Promise<RecordedSteps> {
    this.#recorded ??= this.#order.token === 1 ? Promise.resolve(new Map()) : this.#readAll();
    return this.#recorded;
  }

  /** @throws PermanentFailure if there is no room for it */
  async add(record: NewRecord): Promise<Recording> {
    if (!record.undone) this.#count(record.name, record.result);
    const { orderId, owner, run, token, attempt } = this.#order;
    return this.#store.records.add({ orderId, owner, run, token, attempt, ...record });
  }

  async #readAll(): Promise<RecordedSteps> {
    const recorded = await this.#store.read(this.#order);
    this.#readAt = performance.now();
    for (const [name, { result }] of recorded) this.#bytes += recordBytes(name, result);
    return recorded;
  }

  /** Sleeps count, too: a loop without an end fails with this reason, before its records can no longer be read. */
  #count(name: string, result: string | null): void {
    const bytes = this.#bytes + recordBytes(name, result);
    if (bytes > MAX_RUN_BYTES)
      throw new PermanentFailure(
        'steps_too_large',
        `With "${name}", the records of all steps, sleeps and waits have ${bytes} bytes; the limit is ${MAX_RUN_BYTES}.`,
      );
    this.#bytes = bytes;
  }
}
