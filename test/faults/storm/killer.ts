import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, readProcesses, signal } from '../../support/processes.ts';
import { disarm, forgetSprung, layAmbush, type Sprung, type Step, sprungAmbushes } from '../stack/ambush.ts';
import type { Random } from './random.ts';
import { type Kind, LEASE_SECONDS, type Target, type WorkerName } from './target.ts';

/** What can be killed. */
export type Weighted = Kind | 'step';

/**
 * Out of a hundred kills. Environments process the orders; Postgres and the queue are shared by all, and each of
 * their deaths stops everything for a moment. `step` lays an ambush: the first process that reaches a random step dies there.
 */
export const WEIGHTS: Readonly<Record<Weighted, number>> = {
  environment: 36,
  step: 30,
  api: 9,
  'queue server': 8,
  postmaster: 7,
  backend: 6,
  worker: 4,
};

const STATEMENTS = [
  'insert',
  'claim',
  'finish',
  'record step',
  'record undo',
  'store signal',
  'time out',
  'cancel',
  'postpone',
  'due orders',
  'make due',
] as const;

const STEPS: readonly Step[] = [
  ...STATEMENTS.flatMap((statement): Step[] => [`before ${statement}`, `${statement} sent`, `after ${statement}`]),
  // Where orders are between two states, kills are twice as frequent.
  'after claim',
  'before finish',
  'finish sent',
  'after finish',
  'into the processor',
  // Between the effect of a step and its record.
  'in a step',
  'in an undo',
  'before send',
  'after send',
  'after receive',
  'before delete',
  'after delete',
];

/** Where an environment is stopped: its order is processed, and it is about to commit that. */
const STALL: Step = 'in the processor';

/** Milliseconds between two stalls, on average. */
const STALL_MEAN_MS = 4_000;

/** Milliseconds by which a stall outlasts the lease, so that another worker has taken over. */
const STALL_MARGIN_MS = 6_000;

/** Milliseconds that a resumed environment has to finish before its worker notices that it is overdue. */
const AWAKENING_MS = 2_000;

/** Milliseconds between two checks for stopped processes. */
const POLL_MS = 50;

export interface KillCount {
  /** Killed from outside, at a random moment. */
  random: number;
  /** Killed at a step. */
  step: number;
}

/** Kills and stalls until it has killed this many. */
export class Killer {
  readonly counts: Record<Kind, KillCount> = {
    environment: { random: 0, step: 0 },
    worker: { random: 0, step: 0 },
    api: { random: 0, step: 0 },
    'queue server': { random: 0, step: 0 },
    postmaster: { random: 0, step: 0 },
    backend: { random: 0, step: 0 },
  };
  /** Workers that were stopped past their leases, and then resumed. */
  stalls = 0;
  readonly #target: Target;
  readonly #random: Random;
  #over = false;

  constructor(target: Target, random: Random) {
    this.#target = target;
    this.#random = random;
  }

  get kills(): number {
    return Object.values(this.counts).reduce((sum, { random, step }) => sum + random + step, 0);
  }

  /**
   * @param rate kills per second
   * @param kinds what to kill. Processes are stalled only if all kinds are chosen; Postgres is not killed during a stall.
   */
  async run(kills: number, rate: number, kinds: readonly Weighted[]): Promise<void> {
    const weights = Object.fromEntries(kinds.map((kind) => [kind, WEIGHTS[kind]]));
    const stalling = kinds.length === Object.keys(WEIGHTS).length ? this.#stallNowAndThen() : undefined;
    let due = performance.now();
    while (this.kills < kills) {
      due = Math.max(due + this.#random.pauseMs(1_000 / rate), performance.now() - 1_000);
      await sleep(Math.max(0, due - performance.now()));
      await this.#killOne(weights);
      this.#countSprung();
    }
    this.#over = true;
    disarm(this.#target.stack.ambushes);
    await stalling;
    this.#countSprung();
  }

  async #killOne(weights: Readonly<Record<string, number>>): Promise<void> {
    const kind = this.#random.weighted(weights) as Weighted;
    if (kind === 'step') {
      const step = this.#random.pick(STEPS) as Step;
      layAmbush(this.#target.stack.ambushes, step, 'SIGKILL');
      return;
    }
    const victim = this.#random.pick(await this.#target.victims(kind));
    if (victim !== undefined && signal(victim, 'SIGKILL')) this.counts[kind].random += 1;
  }

  /** Processes that ran into an ambush and have ended. */
  #countSprung(): void {
    const { ambushes } = this.#target.stack;
    for (const ambush of sprungAmbushes(ambushes)) {
      if (ambush.step === STALL || isAlive(ambush.pid)) continue;
      forgetSprung(ambushes, ambush);
      this.counts[this.#target.roleOf(ambush.pid)].step += 1;
    }
  }

  async #stallNowAndThen(): Promise<void> {
    let next = this.#random.pauseMs(STALL_MEAN_MS);
    while (!this.#over) {
      await sleep(Math.min(next, POLL_MS));
      next -= POLL_MS;
      if (next > 0) continue;
      await this.#stall();
      next = this.#random.pauseMs(STALL_MEAN_MS);
    }
  }

  /**
   * Stops an environment during its work, and its worker with it, which would kill it for being late, until
   * others have taken over its orders. Then resumes both.
   */
  async #stall(): Promise<void> {
    const { ambushes } = this.#target.stack;
    layAmbush(ambushes, STALL, 'SIGSTOP');
    const stopped = await this.#firstStopped();
    if (!stopped) return;
    const environment = readProcesses().find(({ pid }) => pid === stopped.pid);
    const worker = environment && this.#target.workerOf(environment);
    const workerPid = worker && this.#target.pidOf(worker);
    if (workerPid !== undefined && signal(workerPid, 'SIGSTOP')) {
      this.#target.spared.add(worker as WorkerName);
      await sleep(LEASE_SECONDS * 1_000 + STALL_MARGIN_MS);
      if (signal(stopped.pid, 'SIGCONT')) this.stalls += 1;
      await sleep(AWAKENING_MS);
      signal(workerPid, 'SIGCONT');
      this.#target.spared.delete(worker as WorkerName);
    } else signal(stopped.pid, 'SIGCONT');
    forgetSprung(ambushes, stopped);
  }

  async #firstStopped(): Promise<Sprung | undefined> {
    while (!this.#over) {
      const stopped = sprungAmbushes(this.#target.stack.ambushes).find(({ step }) => step === STALL);
      if (stopped) return stopped;
      await sleep(POLL_MS);
    }
    return undefined;
  }
}
