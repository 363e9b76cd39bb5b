import { setImmediate as endOfTurn } from 'node:timers/promises';
import { effectKey, stepKey } from '../effect-key.ts';
import {
  AttemptStopped,
  PermanentFailure,
  type Recorded,
  SignalTimeout,
  type Sleep,
  type Step,
  type StepFunction,
  type StepOptions,
  type WaitFor,
  type WaitOptions,
} from '../processor.ts';
import type { Claim } from '../sql/claim-orders.ts';
import type { RecordedStep, StepKind } from '../sql/order-steps.ts';
import { checkName, checkSeconds } from './check-arguments.ts';
import { type Pause, type PauseKind, remaining, type Suspension } from './pause.ts';
import { decodeResult, encodeResult } from './results.ts';
import { type NewRecord, RunRecords } from './run-records.ts';
import type { StepStore } from './step-store.ts';
import { Undoing } from './undoing.ts';
import { untilAborted } from './until-aborted.ts';

/** The steps, sleeps and waits of one attempt at an order, or of one undo. */
export class StepRun {
  readonly #order: Claim;
  readonly #store: StepStore;
  readonly #records: RunRecords;
  readonly #signal: AbortSignal;
  readonly #names = new Set<string>();
  readonly #running = new Set<Promise<unknown>>();
  /** Why every further call throws, once the attempt has ended, or the worker has suspended the order or lost it. */
  #whyStopped: string | undefined;
  #suspension: Pause | undefined;
  /** How many of the running calls are sleeps and waits that go on. */
  #paused = 0;
  #cancelled = false;
  #undoing: Undoing | undefined;

  constructor(order: Claim, store: StepStore, signal: AbortSignal) {
    this.#order = order;
    this.#store = store;
    this.#records = new RunRecords(order, store);
    this.#signal = signal;
  }

  readonly step: Step = (name, run, options = {}) => this.#track(this.#run(name, run, options));

  readonly sleep: Sleep = (name, seconds) => this.#track(this.#sleep(name, seconds));

  readonly waitFor: WaitFor = <Payload>(name: string, { timeoutSeconds }: WaitOptions) =>
    this.#track(this.#waitFor(name, timeoutSeconds) as Promise<Payload>);

  #track<Result>(running: Promise<Result>): Promise<Result> {
    this.#running.add(running);
    const ended = () => void this.#running.delete(running);
    // Also keeps a step that the processor does not wait for from ending the worker as an unhandled rejection.
    running.then(ended, ended);
    return running;
  }

  /**
   * Settles as the processor does. Then no further step starts, but those that are running are waited for, until the signal
   * aborts: their records need the order to be held. Of an order that was suspended before, only the suspension counts, since
   * the processor may have caught what `sleep` threw. A failure before counts more than a sleep that was still being recorded.
   */
  async toEnd(processing: () => Promise<void>): Promise<Suspension | undefined> {
    const [end] = await Promise.allSettled([untilAborted(processing(), this.#signal)]);
    const wasSuspended = this.#suspension !== undefined;
    this.#whyStopped ??= 'The attempt has ended.';
    const [others] = await Promise.allSettled(
      this.#running.size > 0 ? [untilAborted(this.#allEnded(), this.#signal)] : [],
    );
    if (this.#cancelled) throw new AttemptStopped(this.#whyStopped);
    if (end.status === 'rejected' && !wasSuspended) throw end.reason;
    if (this.#suspension) return remaining(this.#suspension);
    for (const settled of [end, others]) if (settled?.status === 'rejected') throw settled.reason;
    return undefined;
  }

  /**
   * Undoes the recorded steps. What the processor returns or throws does not matter.
   * @throws UndoFailure if a step could not be undone
   */
  async undo(processing: () => Promise<void>): Promise<void> {
    const undoing = new Undoing(this.#order, await this.#records.read(), this.#signal);
    this.#undoing = undoing;
    const done = { kind: 'step', result: null, wakeSeconds: null, undoable: true, undone: true } as const;
    await undoing.run(processing, (step) => this.#record({ ...step, ...done }));
  }

  async #allEnded(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async #run<Result>(
    name: string,
    run: StepFunction<Result>,
    { undo }: StepOptions<Result>,
  ): Promise<Recorded<Result>> {
    const known = await this.#find(name, 'step');
    if (known && undo) this.#undoing?.register(name, known.result, undo);
    if (known) return decodeResult(known.result) as Recorded<Result>;
    const started = performance.now();
    const idempotencyKey = stepKey(effectKey(this.#order), name);
    const result = encodeResult(name, await this.#call(name, () => run({ idempotencyKey, signal: this.#signal })));
    const seconds = (performance.now() - started) / 1_000;
    const undoable = undo !== undefined;
    await this.#record({ name, kind: 'step', result, seconds, wakeSeconds: null, undoable, undone: false });
    // Parsed again, so that the first attempt sees what later ones see.
    return decodeResult(result) as Recorded<Result>;
  }

  /** If the function throws, the same attempt may call the step again. */
  async #call<Result>(name: string, run: () => Result | Promise<Result>): Promise<Result> {
    try {
      return await run();
    } catch (error) {
      this.#names.delete(name);
      throw error;
    }
  }

  async #sleep(name: string, seconds: number): Promise<void> {
    checkSeconds('sleep', name, seconds);
    await this.#pause('sleep', name, seconds, await this.#find(name, 'sleep'));
  }

  /** The payload of the signal, if it comes before the timeout. Both are rows with the same key, so only one of them is stored. */
  async #waitFor(name: string, timeoutSeconds: number): Promise<unknown> {
    checkSeconds('wait', name, timeoutSeconds);
    const known = await this.#find(name, 'wait');
    const { orderId, owner, run, token, signals } = this.#order;
    const received = async () => {
      const stored = await this.#store.signalReads.add({ orderId, owner, run, name });
      if (!stored) return undefined;
      if (stored.payload === null) throw new SignalTimeout(name);
      return { payload: JSON.parse(stored.payload) as unknown };
    };
    // An order to which no signal was sent costs no more statements than a sleep. A signal that comes after the claim is not missed:
    // the order is then due as soon as it is suspended.
    const early = signals > 0 || this.#undoing ? await received() : undefined;
    if (early) return early.payload;
    await this.#undoing?.unwind();
    if (!known) this.#check();
    await this.#pause('wait', name, timeoutSeconds, known);
    if (!(await this.#store.timeouts.add({ orderId, owner, run, token, name }))) throw this.#lost();
    return (await received())?.payload;
  }

  /** Returns once the sleep or wait is over; until then it suspends the order. */
  async #pause(kind: PauseKind, name: string, seconds: number, known: RecordedStep | undefined): Promise<void> {
    const begun = { result: null, seconds: 0, undoable: false, undone: false };
    if (!known) await this.#record({ name, kind, ...begun, wakeSeconds: seconds });
    const from = known ? this.#records.readAt : performance.now();
    const endsAt = from + (known?.wakeSeconds ?? seconds) * 1_000;
    if (endsAt <= performance.now()) return;
    await this.#undoing?.unwind();
    await this.#untilOnlyPaused();
    if (!this.#suspension) this.#check();
    // Of two side by side, the one that ends first wakes the order.
    if (!this.#suspension || endsAt < this.#suspension.endsAt) this.#suspension = { kind, name, endsAt };
    this.#whyStopped ??= 'The order is suspended. Its processor runs again later.';
    throw new AttemptStopped(this.#whyStopped);
  }

  /**
   * Returns once all calls that are running are sleeps and waits that go on, or no further call may start. A call that ends alongside
   * them, such as a wait that timed out, first has its effect on the processor, which may continue or fail without them.
   */
  async #untilOnlyPaused(): Promise<void> {
    this.#paused += 1;
    for (;;) {
      // The processor reacts in this turn of the event loop to the end of a call.
      await endOfTurn();
      if (this.#whyStopped || this.#running.size <= this.#paused) return;
      await Promise.race(this.#running).catch(() => undefined);
    }
  }

  /** What is recorded under the name; undefined when that is to be done now. Throws instead when the order is being undone. */
  async #find(name: string, kind: StepKind): Promise<RecordedStep | undefined> {
    checkName(name);
    if (this.#names.has(name))
      throw new PermanentFailure('step_name', `Two steps, sleeps or waits are named "${name}".`);
    this.#names.add(name);
    this.#check();
    const known = (await this.#records.read()).get(name);
    if (known && known.kind !== kind)
      throw new PermanentFailure('step_name', `"${name}" is a ${kind} now, but was recorded as a ${known.kind}.`);
    this.#check();
    // A wait whose signal came first is over without a record.
    if (!known && kind !== 'wait') await this.#undoing?.unwind();
    return known;
  }

  /** Throws unless another step may start. */
  #check(): void {
    if (this.#whyStopped) throw new AttemptStopped(this.#whyStopped);
    if (this.#signal.aborted)
      throw new AttemptStopped('The time of the attempt is up.', { cause: this.#signal.reason });
  }

  async #record(step: NewRecord): Promise<void> {
    const recording = await this.#records.add(step);
    if (recording === 'lost') throw this.#lost();
    if (recording === 'recorded' || step.undone) return;
    this.#cancelled = true;
    throw this.#lost('The order was cancelled.');
  }

  #lost(why = 'The worker no longer holds the order.'): AttemptStopped {
    this.#suspension = undefined;
    this.#whyStopped = why;
    return new AttemptStopped(why);
  }
}
