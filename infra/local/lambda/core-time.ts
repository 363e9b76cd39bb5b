import { cpus } from 'node:os';

/** Milliseconds over which the use of the cores is measured: the system counts it in hundredths of a second. */
const WINDOW_MS = 200;

/** The cores are used up if they are idle for less than this share of the time: measuring and scheduling take some. */
const LITTLE = 0.1;

/** Tells whether the programs on this machine use all of its cores. */
export class CoreTime {
  #idleMs = 0;
  #at = Number.NEGATIVE_INFINITY;
  #usedUp = false;

  /** As measured between the last calls that were about 200 ms apart. */
  isUsedUp(): boolean {
    const now = performance.now();
    const elapsed = now - this.#at;
    if (elapsed < WINDOW_MS) return this.#usedUp;
    const cores = cpus();
    const idleMs = cores.reduce((sum, { times }) => sum + times.idle, 0);
    // A longer time says little about the present.
    this.#usedUp = elapsed < 2 * WINDOW_MS && idleMs - this.#idleMs < LITTLE * cores.length * elapsed;
    this.#idleMs = idleMs;
    this.#at = now;
    return this.#usedUp;
  }
}
