import { readFileSync } from 'node:fs';
import { descendantsOf } from '../test/support/processes.ts';

/** Microseconds per clock tick of /proc: Linux counts in hundredths of a second there. */
const TICK_US = 10_000;

/**
 * The CPU time so far, in microseconds, of everything that the benchmark runs alongside this program: its other processes and those
 * that they started, also processes that have ended. 0 where there is no /proc.
 */
export function cpuOfOthers(): number {
  const others = descendantsOf(process.ppid).filter((pid) => pid !== process.pid);
  return others.reduce((sum, pid) => sum + cpuOf(pid), 0);
}

function cpuOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // utime and stime, then cutime and cstime, which are those of its ended children (proc_pid_stat(5)).
    return TICK_US * fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
  } catch {
    // It has ended in the meantime, so its parent has its time.
    return 0;
  }
}
