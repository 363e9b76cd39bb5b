import { descendantsOf, linuxStatOf } from '../test/support/processes.ts';

/** Microseconds per clock tick of /proc: Linux counts in hundredths of a second there. */
const TICK_US = 10_000;

/**
 * The CPU time, in microseconds, that the other processes of the benchmark have used so far. It includes their descendants, both
 * running and ended. Returns 0 on systems without /proc.
 */
export function cpuOfOthers(): number {
  const others = descendantsOf(process.ppid).filter((pid) => pid !== process.pid);
  return others.reduce((sum, pid) => sum + cpuOf(pid), 0);
}

function cpuOf(pid: number): number {
  try {
    // utime and stime, then cutime and cstime, which are those of its ended children.
    const ticks = linuxStatOf(pid).slice(11, 15);
    return TICK_US * ticks.reduce((sum, each) => sum + Number(each), 0);
  } catch {
    // It has ended in the meantime, so its parent has its time.
    return 0;
  }
}
