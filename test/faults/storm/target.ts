import type { Part } from '../../../infra/local/stack/process/part.ts';
import { type SupervisedPart, supervise } from '../../../infra/local/stack/process/supervisor.ts';
import { isAlive, type ProcessEntry, readProcesses } from '../../support/processes.ts';
import type { Timing } from '../stack/service.ts';
import { ThrowawayStack } from '../stack/throwaway-stack.ts';
import type { StormOptions } from './options.ts';

/** Short leases, so that an order whose worker was killed is claimed again seconds later. */
export const STORM_TIMING: Timing = {
  processTimeout: 4,
  resendAfter: 2,
  batchSize: 10,
  batchingWindow: 0,
  maximumConcurrency: 4,
  sweepEvery: 1,
};

/** The longest lease in seconds: the time of an invocation plus the margin of 2 s (lib/orders/claim-tasks.ts). */
export const LEASE_SECONDS = STORM_TIMING.processTimeout + 2;

/** Two, so that one can take over while the other is stalled. */
export const WORKERS = ['worker 1', 'worker 2'] as const;
export type WorkerName = (typeof WORKERS)[number];

/** What may be killed. */
export type Kind = 'environment' | 'worker' | 'api' | 'queue server' | 'postmaster' | 'backend';

/** The stack in the storm: the supervisor of `npm start` restarts each part as soon as it dies. */
export class Target {
  readonly stack: ThrowawayStack;
  readonly #parts: SupervisedPart[] = [];
  readonly #pids = new Map<string, number>();
  /** The part behind each process id so far. */
  readonly #roles = new Map<number, Kind>();
  /** Stalled workers, which are not killed until they resume. */
  readonly spared = new Set<WorkerName>();

  static async start({ sabotage }: StormOptions, signal: AbortSignal): Promise<Target> {
    const stack = await ThrowawayStack.make({
      timing: { ...STORM_TIMING, ...(sabotage === 'sweep' && { sweepEvery: 'never' }) },
      env: {
        // Kills alone must not make an order Failed.
        MAX_CRASHES: '100',
        MAX_ATTEMPTS: '100',
        RETRY_BASE_MS: '100',
        RETRY_MAX_MS: '2000',
        PROCESSING_DELAY_MS: '20',
        // Short, so that signals and timeouts often come at the same time.
        WAIT_SECONDS: '6',
        LOG_LEVEL: 'ERROR',
        RUNS: '',
        ...(sabotage === 'fencing' && { SABOTAGE: 'fencing' }),
      },
    });
    const target = new Target(stack);
    try {
      await target.#supervise(stack.postgres, 'postmaster', signal);
      await target.#supervise(stack.queue, 'queue server', signal);
      await stack.prepare();
      await target.#supervise(stack.apiPart('api'), 'api', signal);
      for (const name of WORKERS) await target.#supervise(stack.workerPart(name), 'worker', signal);
      return target;
    } catch (error) {
      await target.stop();
      throw error;
    }
  }

  private constructor(stack: ThrowawayStack) {
    this.stack = stack;
  }

  async #supervise(part: Part, kind: Kind, signal: AbortSignal): Promise<void> {
    const observer = {
      report: () => undefined,
      started: (name: string, pid: number) => {
        this.#pids.set(name, pid);
        this.#roles.set(pid, kind);
      },
    };
    this.#parts.push(await supervise(part, observer, signal));
  }

  async stop(): Promise<void> {
    for (const part of this.#parts.splice(0).reverse()) await part.stop();
    this.stack.remove();
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${this.stack.settings.apiPort}/api/v1`;
  }

  /** What a process of the stack is, or was. */
  roleOf(pid: number): Kind {
    // All others that reach a step are children of a worker.
    return this.#roles.get(pid) ?? 'environment';
  }

  pidOf(part: string): number | undefined {
    const pid = this.#pids.get(part);
    return pid !== undefined && isAlive(pid) ? pid : undefined;
  }

  /** The worker whose environment this is. */
  workerOf(environment: ProcessEntry): WorkerName | undefined {
    return WORKERS.find((name) => this.pidOf(name) === environment.parent);
  }

  /** Process ids of this kind that can be killed now. */
  async victims(kind: Kind): Promise<number[]> {
    const parts = (...names: readonly string[]) => names.flatMap((name) => this.pidOf(name) ?? []);
    switch (kind) {
      case 'api':
        return parts('api');
      case 'queue server':
        return parts('queue');
      case 'postmaster':
        return parts(...this.#database());
      case 'worker':
        return parts(...this.#workers());
      case 'environment':
        return this.#children(parts(...this.#workers()), 'lambda-environment.ts');
      case 'backend':
        return this.#children(parts(...this.#database()), 'orders_db');
    }
  }

  /** Not while a worker is stalled: its connection must be alive when it resumes, or its late write proves nothing. */
  #database(): string[] {
    return this.spared.size > 0 ? [] : ['postgres'];
  }

  #workers(): WorkerName[] {
    return WORKERS.filter((name) => !this.spared.has(name));
  }

  async #children(parents: readonly number[], command: string): Promise<number[]> {
    const processes = readProcesses();
    return processes
      .filter((one) => parents.includes(one.parent) && one.command.includes(command))
      .map(({ pid }) => pid);
  }
}
