import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** The living processes of this machine. A zombie is not one: it waits for its parent only, and runs nothing. */
export function readProcesses(): ProcessEntry[] {
  // Small Linux images have no ps.
  const all = process.platform === 'linux' ? linuxProcesses() : psLines();
  return all.filter(({ state }) => !state.startsWith('Z'));
}

/** The living processes that descend from this one. */
export function descendantsOf(pid: number): number[] {
  const all = readProcesses();
  const childrenOf = (parent: number): number[] =>
    all.filter((entry) => entry.parent === parent).flatMap((entry) => [entry.pid, ...childrenOf(entry.pid)]);
  return childrenOf(pid);
}

/** Those of the processes that are still there. */
export function survivorsOf(pids: readonly number[]): number[] {
  const living = new Set(readProcesses().map((entry) => entry.pid));
  return pids.filter((pid) => living.has(pid));
}

export function isAlive(pid: number): boolean {
  return signal(pid, 0);
}

/** Sends a signal; returns false if the process has ended. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

type Found = ProcessEntry & { readonly state: string };

/**
 * The fields of /proc/PID/stat after the name: the state, the parent, and so on (proc_pid_stat(5)). Linux only.
 * @throws {Error} if it has ended
 */
export function linuxStatOf(pid: number | string): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // "pid (name) state parent …"; the name may contain spaces and parentheses.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function linuxProcesses(): Found[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [state = '', parent = ''] = linuxStatOf(name);
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return [{ pid: Number(name), parent: Number(parent), command, state }];
      } catch {
        // It has ended in the meantime.
        return [];
      }
    });
}

function psLines(): Found[] {
  const lines = execFileSync('ps', ['-axo', 'pid=,ppid=,state=,args='], { encoding: 'utf8', maxBuffer: 10_000_000 });
  return lines.split('\n').flatMap((line) => {
    const [, pid, parent, state = '', command = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : { pid: Number(pid), parent: Number(parent), command, state };
  });
}
