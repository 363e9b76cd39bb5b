import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * What befalls a call to the outside. Lost before it was done or after: the caller gets an error in both cases, and
 * cannot tell which. What a fault means to a kind of call that has no such fault: nothing.
 */
export const FAULTS = [
  'crash before',
  'crash after',
  'lost before',
  'lost after',
  'rolled back',
  'beside a lock',
  'beside a cancellation',
] as const;
export type Fault = (typeof FAULTS)[number] | 'none';

/** A call that waits until the history lets it go on. */
interface HeldCall {
  readonly name: string;
  /** Does it, and answers how its caller goes on. */
  readonly perform: (fault: Fault) => Promise<() => void>;
  /** Whether the caller may take a pause when it gets an error, before it calls again. */
  readonly mayPause: boolean;
}

export interface HoldOptions {
  readonly mayPause?: boolean;
  /** When it aborts, the call is given up. */
  readonly signal?: AbortSignal;
}

/** Milliseconds of real time after which a container that neither calls nor ends is taken to hang. */
const PATIENCE_MS = 10_000;

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

  /** Names of the calls that wait. */
  get calls(): readonly string[] {
    return this.#calls.map(({ name }) => name);
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
  hold<T>(name: string, act: (fault: Fault) => Promise<T>, { mayPause = false, signal }: HoldOptions = {}): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    // In a container that crashed, nothing goes on.
    if (!this.#isAlive) return promise;
    const perform = (fault: Fault) =>
      act(fault).then(
        (value) => () => resolve(value),
        (error) => () => reject(error),
      );
    const call = { name, perform, mayPause };
    this.#calls.push(call);
    signal?.addEventListener('abort', () => {
      this.#calls = this.#calls.filter((other) => other !== call);
    });
    this.#happened();
    return promise;
  }

  /** Lets one call go on, and whatever follows from it up to the next calls. */
  async goOn(place: number, fault: Fault): Promise<void> {
    const [call] = this.#calls.splice(place, 1);
    if (!call) throw new Error(`${this.name} has no call ${place}`);
    if (fault === 'crash before') return this.crash();
    const events = this.#events;
    const answer = await call.perform(fault);
    if (fault === 'crash after') return this.crash();
    answer();
    const failed = fault === 'lost before' || fault === 'lost after' || fault === 'rolled back';
    await this.settle(failed && call.mayPause ? events : undefined);
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
    await nextTurn();
    const isPausing = () => this.#isAlive && (this.#events <= since || (this.#running > 0 && this.#calls.length === 0));
    while (isPausing()) {
      await this.#event();
      await nextTurn();
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
