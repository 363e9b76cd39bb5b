import { setImmediate as nextTurn } from 'node:timers/promises';

/** What may befall any call to the outside: its container crashes right before it is done, or right after. */
export type Crash = 'crash before' | 'crash after';

/** A call that waits until the history lets it go on. */
export interface HeldCall {
  readonly name: string;
  /** What may befall it. */
  readonly faults: readonly string[];
  /** Does it, and answers how its caller goes on. */
  readonly perform: (fault: string | undefined) => Promise<() => void>;
  /** Whether the caller takes a pause after this fault, before it calls again. */
  readonly pausesAfter: (fault: string) => boolean;
}

export interface Call<T, Fault extends string> {
  readonly name: string;
  /** The faults that it can have in addition to a crash. */
  readonly faults: readonly Fault[];
  readonly act: (fault: Fault | Crash | undefined) => Promise<T>;
  readonly pausesAfter?: (fault: string) => boolean;
  /** When it aborts, the call is given up. */
  readonly signal?: AbortSignal;
}

/** Milliseconds of real time after which a container that neither calls nor ends is taken to hang. */
const PATIENCE_MS = 10_000;

/**
 * A group of statements gathers for one turn after the last that brought an item (lib/orders/group-commit.ts), and may do so again after
 * the one before it.
 */
const QUIET_TURNS = 6;

/**
 * An execution environment. Whatever runs in it is stopped at each call to the outside, so that the history can let
 * others go first, or let it crash there: then it never comes back, like a process that was killed.
 */
export class Container {
  readonly name: string;
  #calls: HeldCall[] = [];
  #running = 0;
  #events = 0;
  #onEvent: () => void = () => {};
  #isAlive = true;

  constructor(name: string) {
    this.name = name;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isBusy(): boolean {
    return this.#isAlive && this.#running > 0;
  }

  /** The calls that wait. */
  get calls(): readonly HeldCall[] {
    return this.#calls;
  }

  /** Begins an operation and runs it up to its calls. It must not throw. */
  async run(operation: () => Promise<void>): Promise<void> {
    this.#running += 1;
    void operation().then(() => {
      this.#running -= 1;
      this.#happened();
    });
    await this.settle();
  }

  /** What an operation waits for when it calls the outside. */
  hold<T, Fault extends string>({ name, faults, act, pausesAfter = () => false, signal }: Call<T, Fault>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    // In a container that crashed, nothing goes on.
    if (!this.#isAlive) return promise;
    const perform = (fault: string | undefined) =>
      act(fault as Fault | Crash | undefined).then(
        (value) => () => resolve(value),
        (error) => () => reject(error),
      );
    const call: HeldCall = { name, faults: ['crash before', 'crash after', ...faults], perform, pausesAfter };
    this.#calls.push(call);
    signal?.addEventListener('abort', () => {
      this.#calls = this.#calls.filter((other) => other !== call);
    });
    this.#happened();
    return promise;
  }

  /** Lets one call go on, and whatever follows from it up to the next calls. */
  async goOn(call: HeldCall, fault?: string): Promise<void> {
    this.#calls = this.#calls.filter((other) => other !== call);
    if (fault === 'crash before') return this.crash();
    const events = this.#events;
    const answer = await call.perform(fault);
    if (fault === 'crash after') return this.crash();
    answer();
    await this.settle(fault !== undefined && call.pausesAfter(fault) ? events : undefined);
  }

  crash(): void {
    this.#isAlive = false;
    this.#calls = [];
  }

  /**
   * Waits until everything that runs here waits for the history again, or has ended.
   * @param since wait at least until something happened after so many events
   */
  async settle(since = -1): Promise<void> {
    await this.#quiet();
    const isPausing = () => this.#isAlive && (this.#events <= since || (this.#running > 0 && this.#calls.length === 0));
    while (isPausing()) {
      await this.#event();
      await this.#quiet();
    }
  }

  /** Work that is given to others at the end of a turn has reached its call some turns later. */
  async #quiet(): Promise<void> {
    for (let events = -1; events !== this.#events; ) {
      events = this.#events;
      for (let turn = 0; turn < QUIET_TURNS; turn += 1) await nextTurn();
    }
  }

  #event(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new Error(`${this.name} neither goes on nor ends`)), PATIENCE_MS);
    this.#onEvent = () => {
      clearTimeout(timer);
      resolve();
    };
    return promise;
  }

  #happened(): void {
    this.#events += 1;
    this.#onEvent();
  }
}
