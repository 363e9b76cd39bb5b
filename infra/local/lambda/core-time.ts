import { cpus } from 'node:os';

/** Milliseconds over which the use of the cores is measured: the system counts it in hundredths of a second. */
const WINDOW_MS = 200;

/** The cores are used up if programs run for more than this share of the time: scheduling takes some, too. */
const BUSY_SHARE = 0.9;

interface CoreReading {
  readonly cores: number;
  /** Milliseconds for which programs have run, on all cores together. */
  readonly busyMs: number;
}

function readCores(): CoreReading {
  const all = cpus();
  // Not what is left of the idle time: a core that waits for a disk is not idle for the system, but programs can use it.
  const busyMs = all.reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  return { cores: all.length, busyMs };
}

/** Tells whether the programs on this machine use all of its cores. */
export class CoreTime {
  readonly #read: () => CoreReading;
  readonly #now: () => number;
  #busyMs = 0;
  #at = Number.NEGATIVE_INFINITY;
  #usedUp = false;

  /** The parameters replace this machine and its clock in tests. */
  constructor(read = readCores, now = () => performance.now()) {
    this.#read = read;
    this.#now = now;
  }

  /** As measured between the last calls that were about 200 ms apart. */
  isUsedUp(): boolean {
    const now = this.#now();
    const elapsed = now - this.#at;
    if (elapsed < WINDOW_MS) return this.#usedUp;
    const { cores, busyMs } = this.#read();
    // A longer time says little about the present.
    this.#usedUp = elapsed < 2 * WINDOW_MS && busyMs - this.#busyMs > BUSY_SHARE * cores * elapsed;
    this.#busyMs = busyMs;
    this.#at = now;
    return this.#usedUp;
  }
}
