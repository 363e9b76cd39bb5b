import type { Database } from '../../database/database.ts';
import { retryDatabase } from '../../database/retry.ts';
import type { OrderRun } from '../effect-key.ts';
import { GroupCommit } from '../group-commit.ts';
import { type RecordedSteps, readSteps, recordSteps, type StepRecord } from '../sql/order-steps.ts';

/** The most steps per statement: with results of 64 KB each, they have 1 MiB. */
const LIMITS = { maxItems: 16, maxOperations: 1, worthAnother: 1 };

/**
 * The steps of the orders that a worker holds. Orders that read or record steps at about the same time share a
 * statement.
 */
export class StepStore {
  readonly #reads: GroupCommit<OrderRun, RecordedSteps>;
  readonly #records: GroupCommit<StepRecord, boolean>;

  /**
   * @param withinMs the remaining milliseconds to wait for the database: an effect that is not recorded happens again
   */
  constructor(database: Database, withinMs: () => number) {
    const patiently = <T>(work: () => Promise<T>) =>
      retryDatabase(work, { tries: Number.POSITIVE_INFINITY, withinMs: Math.max(0, withinMs()) });
    this.#reads = new GroupCommit(LIMITS, (runs) =>
      patiently(() => readSteps(database, runs)).catch(async (error) => {
        if (runs.length === 1) throw error;
        // The Data API returns at most 1 MiB, which fits the results of a single run.
        return Promise.all(runs.map(async (run) => (await readSteps(database, [run]))[0] ?? new Map()));
      }),
    );
    this.#records = new GroupCommit(LIMITS, (steps) => patiently(() => recordSteps(database, steps)));
  }

  read(run: OrderRun): Promise<RecordedSteps> {
    return this.#reads.add(run);
  }

  /** True if the step was recorded; false if the worker no longer holds the order. */
  record(step: StepRecord): Promise<boolean> {
    return this.#records.add(step);
  }
}
