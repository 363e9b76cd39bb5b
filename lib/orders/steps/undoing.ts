import { setTimeout as sleep } from 'node:timers/promises';
import { effectKey, undoKey } from '../effect-key.ts';
import { AttemptStopped, type StepAttempt } from '../processor.ts';
import type { Claim } from '../sql/claim-orders.ts';
import type { RecordedSteps, StepRecord } from '../sql/order-steps.ts';
import { decodeResult } from './results.ts';
import { untilAborted } from './until-aborted.ts';

/**
 * Milliseconds that a processor has to reach its other recorded steps once one of its branches has come to an end. Code between
 * steps has no effects, so it takes milliseconds, and a second is long. It is not longer, because each undo of a step that the
 * processor no longer has takes this time from the other orders of the invocation. One that needs more is retried as a failed undo.
 */
const REGISTER_MS = 1_000;

type Undo = (attempt: StepAttempt) => unknown;

export class UndoFailure extends Error {
  /** What failed. */
  readonly act: string;
  /** Steps that were undone before. */
  readonly undone: number;

  constructor(act: string, undone: number, cause: unknown) {
    super(`${act} failed`, { cause });
    this.act = act;
    this.undone = undone;
  }
}

/**
 * The undo of one order. Its processor runs, and each recorded step returns its result and registers its undo, until all are
 * registered; a call that has no record throws instead of moving forward. Then the undo functions run.
 */
export class Undoing {
  readonly #order: Claim;
  readonly #signal: AbortSignal;
  /** Names of the steps that are still to be undone, in the order of their records. */
  readonly #wanted: readonly string[];
  readonly #registered = new Map<string, Undo>();
  readonly #allRegistered = Promise.withResolvers<void>();

  constructor(order: Claim, recorded: RecordedSteps, signal: AbortSignal) {
    this.#order = order;
    this.#signal = signal;
    this.#wanted = [...recorded].filter(([, { undoable, undone }]) => undoable && !undone).map(([name]) => name);
  }

  /** Throws after the last one: what follows in the processor may be what never ended, or killed its worker. */
  register(name: string, result: string | null, undo: (result: never, attempt: StepAttempt) => unknown): void {
    if (!this.#wanted.includes(name)) return;
    this.#registered.set(name, (attempt) => undo(decodeResult(result) as never, attempt));
    if (this.#registered.size < this.#wanted.length) return;
    this.#allRegistered.resolve();
    throw stopped();
  }

  /** Throws, but not before steps side by side had the time to register their undo. */
  async unwind(): Promise<never> {
    await this.#whenRegistered();
    throw stopped();
  }

  /**
   * @param record writes that a step was undone
   * @throws UndoFailure
   */
  async run(processing: () => Promise<void>, record: (step: UndoneStep) => Promise<void>): Promise<void> {
    if (this.#wanted.length === 0) return;
    const found = Promise.race([processing(), this.#allRegistered.promise]);
    const [end] = await Promise.allSettled([untilAborted(found, this.#signal)]);
    await this.#whenRegistered();
    const steps = this.#wanted.toReversed();
    for (const [undone, name] of steps.entries()) {
      const undo = this.#registered.get(name);
      const started = performance.now();
      try {
        if (!undo) throw reasonOf(end) ?? new Error('The processor returned without calling it with an undo.');
        const idempotencyKey = undoKey(effectKey(this.#order), name);
        const attempt = { idempotencyKey, signal: this.#signal };
        const undoing = async () => {
          this.#signal.throwIfAborted();
          await undo(attempt);
        };
        await untilAborted(undoing(), this.#signal);
        await record({ name, seconds: (performance.now() - started) / 1_000 });
      } catch (error) {
        throw new UndoFailure(`Undoing step "${name}"`, undone, error);
      }
    }
  }

  async #whenRegistered(): Promise<void> {
    if (this.#registered.size === this.#wanted.length) return;
    // A timer that keeps the process alive: Lambda ends one in which nothing more can happen, and other orders with it.
    const late = sleep(REGISTER_MS, undefined, { signal: this.#signal }).catch(() => undefined);
    await Promise.race([this.#allRegistered.promise, late]);
  }
}

type UndoneStep = Pick<StepRecord, 'name' | 'seconds'>;

function stopped(): AttemptStopped {
  return new AttemptStopped('The steps of the order are being undone.');
}

/** What the processor threw, unless it only let `unwind` pass. */
function reasonOf(end: PromiseSettledResult<void> | undefined): unknown {
  return end?.status === 'rejected' && !(end.reason instanceof AttemptStopped) ? end.reason : undefined;
}
