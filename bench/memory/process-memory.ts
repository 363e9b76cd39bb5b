import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Processes that are reported as one row, and the bytes that they use together. */
export interface MemoryUse {
  readonly processes: number;
  readonly bytes: number;
}

/** Processes that end during the reading are not counted. */
export async function memoryOf(pids: readonly number[]): Promise<MemoryUse> {
  const each = (await Promise.all(pids.map(bytesOf))).filter((bytes) => bytes > 0);
  return { processes: each.length, bytes: each.reduce((sum, bytes) => sum + bytes, 0) };
}

/**
 * The proportional set size on Linux: memory that several processes share, as those of Postgres do, is divided among
 * them, so that it may be summed up. Elsewhere the resident set size, which counts it several times.
 */
async function bytesOf(pid: number): Promise<number> {
  if (process.platform === 'linux') {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1_024;
  }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]).catch(() => ({ stdout: '0' }));
  return Number(stdout) * 1_024;
}
