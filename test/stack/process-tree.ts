import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

interface Entry {
  readonly pid: number;
  readonly parent: number;
}

/** The living processes that descend from this one. */
export function descendantsOf(pid: number): number[] {
  const all = livingProcesses();
  const childrenOf = (parent: number): number[] =>
    all.filter((entry) => entry.parent === parent).flatMap((entry) => [entry.pid, ...childrenOf(entry.pid)]);
  return childrenOf(pid);
}

/** Those of the processes that are still there. A zombie is not: it waits for its parent only, and runs nothing. */
export function survivorsOf(pids: readonly number[]): number[] {
  const living = new Set(livingProcesses().map((entry) => entry.pid));
  return pids.filter((pid) => living.has(pid));
}

function livingProcesses(): Entry[] {
  // Small Linux images have no ps.
  const lines = process.platform === 'linux' ? linuxProcesses() : psLines();
  return lines.flatMap(({ pid, parent, state }) => (state.startsWith('Z') ? [] : [{ pid, parent }]));
}

function linuxProcesses(): (Entry & { state: string })[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // "pid (name) state parent …" (proc_pid_stat(5)); the name may contain spaces and parentheses.
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return [{ pid: Number(name), parent: Number(parent), state }];
      } catch {
        // It has ended in the meantime.
        return [];
      }
    });
}

function psLines(): (Entry & { state: string })[] {
  return execFileSync('ps', ['-axo', 'pid=,ppid=,state='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => {
      const [pid, parent, state = ''] = line.trim().split(/\s+/);
      return { pid: Number(pid), parent: Number(parent), state };
    });
}
