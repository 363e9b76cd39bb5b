import type { Database } from '../../database/database.ts';
import { retryDatabase } from '../../database/retry.ts';
import type { OrderRun } from '../effect-key.ts';
import { GroupCommit } from '../group-commit.ts';
import { type HeldWait, readSignals, type SignalName, type StoredSignal, timeOutWaits } from '../sql/order-signals.ts';
import { type RecordedSteps, type Recording, readSteps, recordSteps, type StepRecord } from '../sql/order-steps.ts';

/** The most steps or signals per statement: with results of 60,000 bytes each, they have less than 1 MiB. */
const LIMITS = { maxItems: 16, maxOperations: 1, worthAnother: 1 };

/** The steps of the orders that a worker holds. Reads and records at about the same time share a statement. */
export class StepStore {
  /** Each settles alone, so that an order that cannot be read does not fail the others of its group. */
  readonly #reads: GroupCommit<OrderRun, PromiseSettledResult<RecordedSteps>>;
  readonly records: GroupCommit<StepRecord, Recording>;
  /** What is stored under a name, if anything is. */
  readonly signalReads: GroupCommit<SignalName, StoredSignal | undefined>;
  /** Ends waits by their timeouts, unless their signals came first; false if the worker no longer holds the order. */
  readonly timeouts: GroupCommit<HeldWait, boolean>;

  /**
   * @param actor the worker, for the history
   * @param withinMs the remaining milliseconds to wait for the database: an effect that is not recorded happens again
   */
  constructor(database: Database, withinMs: () => number, actor: string) {
    const patiently = <T>(work: () => Promise<T>) => retryDatabase(work, { withinMs: Math.max(0, withinMs()) });
    const read = (runs: readonly OrderRun[]) => patiently(() => readSteps(database, runs));
    this.#reads = new GroupCommit(LIMITS, async (runs) => {
      const [together] = await Promise.allSettled([read(runs)]);
      if (together.status === 'fulfilled') return Promise.allSettled(together.value);
      if (runs.length === 1) return [together];
      // The Data API returns at most 1 MiB, which fits the records of a single run.
      return Promise.allSettled(runs.map(async (run) => (await read([run]))[0] ?? new Map()));
    });
    this.records = new GroupCommit(LIMITS, (steps) => patiently(() => recordSteps(database, steps, actor)));
    this.signalReads = new GroupCommit(LIMITS, (names) => patiently(() => readSignals(database, names)));
    this.timeouts = new GroupCommit(LIMITS, (waits) => patiently(() => timeOutWaits(database, waits, actor)));
  }

  async read(run: OrderRun): Promise<RecordedSteps> {
    const read = await this.#reads.add(run);
    if (read.status === 'rejected') throw read.reason;
    return read.value;
  }
}
