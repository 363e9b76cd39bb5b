import { availableParallelism } from 'node:os';
import { CoreTime } from './core-time.ts';
import type { FunctionDefinition } from './deployment.ts';
import { ExecutionEnvironment, InvocationFailed } from './execution-environment.ts';
import type { WorkerLog } from './worker-log.ts';

/**
 * Milliseconds that an idle environment is kept. Longer than the pauses of somebody who tries things out, because
 * starting one takes about 0.3 s of a core; short enough that the processes of a burst do not stay all day.
 */
const KEEP_WARM_MS = 120_000;

/**
 * Milliseconds that an invocation waits for a busy environment before another one is started for it. Two thirds of the
 * time of a start: running environments serve short batches sooner, and the cores that ten starts would use for seconds
 * are left for the work.
 */
const GROW_AFTER_MS = 200;

/**
 * Milliseconds that it waits if there are as many environments as cores, and the cores are used up. Another environment takes time from
 * those that run: on two cores, a backlog takes a third longer with ten environments than with two. It may help nevertheless if other
 * programs use the cores, and the handlers wait for something else. Short invocations never wait for so long.
 */
const GROW_WHEN_BUSY_AFTER_MS = 5_000;

interface Waiting {
  readonly payload: string;
  readonly since: number;
  readonly outcome: PromiseWithResolvers<string>;
}

/**
 * The execution environments of one function. They are started as needed, up to the size, kept warm, and replaced when
 * they die. The first starts immediately, so that the first invocation need not wait for it.
 */
export class EnvironmentPool {
  readonly #definition: FunctionDefinition;
  readonly #size: number;
  readonly #log: WorkerLog;
  readonly #keepWarmMs: number;
  readonly #all = new Set<ExecutionEnvironment>();
  /** Last in, first out, so that environments that are no longer needed grow old at the front. */
  #idle: { readonly environment: ExecutionEnvironment; readonly since: number }[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #retirement: NodeJS.Timeout;
  readonly #coreTime: CoreTime;
  #growth: NodeJS.Timeout | undefined;
  #starting = 0;
  /** When the last environment became available. */
  #grownAt = 0;
  #stopped = false;

  constructor(
    definition: FunctionDefinition,
    size: number,
    log: WorkerLog,
    keepWarmMs = KEEP_WARM_MS,
    coreTime = new CoreTime(),
  ) {
    this.#definition = definition;
    this.#size = size;
    this.#log = log;
    this.#keepWarmMs = keepWarmMs;
    this.#coreTime = coreTime;
    this.#retirement = setInterval(() => this.#retire(), keepWarmMs / 4).unref();
    void this.#start();
  }

  get pids(): number[] {
    return [...this.#all].flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /**
   * Runs the handler on an event in JSON, as soon as an environment is free, and returns its response in JSON.
   * @throws InvocationFailed if there is no response
   */
  invoke(payload: string): Promise<string> {
    const outcome = Promise.withResolvers<string>();
    if (this.#stopped) outcome.reject(new InvocationFailed('the worker is stopping'));
    else this.#waiting.push({ payload, since: performance.now(), outcome });
    this.#assign();
    return outcome.promise;
  }

  /** Ends all environments immediately; invocations in progress fail. Resolves when no process is left. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#retirement);
    clearTimeout(this.#growth);
    for (const { outcome } of this.#waiting.splice(0)) outcome.reject(new InvocationFailed('the worker is stopping'));
    for (const environment of this.#all) environment.kill('the worker is stopping');
    await Promise.all([...this.#all].map(({ exited }) => exited));
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const free = this.#idle.pop();
      if (!free) break;
      const next = this.#waiting.shift();
      if (next) void this.#run(free.environment, next);
    }
    if (this.#waiting.length > 0) this.#grow();
  }

  /** Starts environments for invocations that have waited long enough, also for those that the last one has brought. */
  #grow(): void {
    const cores = availableParallelism();
    const isBusy = this.#coreTime.isUsedUp();
    const isFull = isBusy && this.#all.size >= cores;
    const longAgo = performance.now() - (isFull ? GROW_WHEN_BUSY_AFTER_MS : GROW_AFTER_MS);
    const urgent = this.#waiting.filter(({ since }) => Math.max(since, this.#grownAt) <= longAgo).length;
    // Without any environment there is nothing to wait for. More concurrent starts than cores would only make each
    // slower.
    const starts = this.#all.size === 0 ? 1 : Math.min(urgent, isBusy ? Math.max(1, cores - this.#all.size) : cores);
    while (this.#starting < starts && this.#all.size < this.#size) void this.#start();
    if (this.#all.size < this.#size)
      this.#growth ??= setTimeout(() => {
        this.#growth = undefined;
        this.#assign();
      }, GROW_AFTER_MS / 4);
  }

  async #run(environment: ExecutionEnvironment, { payload, outcome }: Waiting): Promise<void> {
    try {
      outcome.resolve(await environment.invoke(payload));
    } catch (error) {
      outcome.reject(error);
    }
    if (environment.alive) this.#idle.push({ environment, since: Date.now() });
    this.#assign();
  }

  async #start(): Promise<void> {
    const environment = new ExecutionEnvironment(this.#definition);
    this.#all.add(environment);
    this.#starting++;
    void environment.exited.then(() => this.#forget(environment));
    try {
      await environment.ready;
      this.#grownAt = performance.now();
      this.#idle.push({ environment, since: Date.now() });
    } catch (error) {
      // As on Lambda, an environment that cannot start is a failed invocation: the one that it was started for.
      const next = this.#waiting.shift();
      if (next) next.outcome.reject(error);
      else if (!this.#stopped) this.#log.error(`${this.#definition.key} cannot be loaded: ${(error as Error).message}`);
    }
    this.#starting--;
    this.#assign();
  }

  #forget(environment: ExecutionEnvironment): void {
    this.#all.delete(environment);
    this.#idle = this.#idle.filter((one) => one.environment !== environment);
    if (!this.#stopped) this.#assign();
  }

  /** Ends environments that have been idle for long, except one. */
  #retire(): void {
    const before = Date.now() - this.#keepWarmMs;
    const old = this.#idle.filter(({ since }) => since < before).slice(0, this.#all.size - 1);
    this.#idle = this.#idle.filter((one) => !old.includes(one));
    for (const { environment } of old) environment.kill('idle');
  }
}
