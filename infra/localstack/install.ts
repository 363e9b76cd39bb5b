import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findPython } from './python.ts';

const run = promisify(execFile);

const CONSTRAINTS = join(import.meta.dirname, 'constraints.txt');

/**
 * Installs LocalStack from its Python package, once for all clones of this project (about 170 MB under
 * `$XDG_CACHE_HOME`, by default `~/.cache`), and answers the Python to run it with.
 *
 * @param say takes a line for whoever waits.
 * @throws {Error} with one line when there is no suitable Python or pip fails.
 */
export async function installLocalStack(say: (line: string) => void): Promise<string> {
  const constraints = await readFile(CONSTRAINTS);
  const digest = createHash('sha256').update(constraints).digest('hex').slice(0, 12);
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const environment = join(cache, 'serverless-order-backend', `localstack-${digest}`);
  const python = join(environment, 'bin', 'python');
  if (await exists(python)) return python;

  const systemPython = await findPython();
  say(`Installing LocalStack into ${environment} (once, about half a minute)`);
  // Made beside its place and moved there when complete, so that an interrupted installation is never taken for one.
  const unfinished = `${environment}.${process.pid}`;
  try {
    await mkdir(dirname(environment), { recursive: true });
    // What may be there lost its Python, by an upgrade of the system for instance.
    await rm(environment, { recursive: true, force: true });
    await run(systemPython, ['-I', '-m', 'venv', unfinished]);
    await run(join(unfinished, 'bin', 'python'), [
      ...['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'],
      ...['--constraint', CONSTRAINTS, 'localstack-core[base-runtime]'],
    ]);
    await rename(unfinished, environment);
  } catch (error) {
    // Another process may have finished the same installation first.
    if (!(await exists(python)))
      throw new Error(`LocalStack could not be installed: ${lastLine(error)}`, { cause: error });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return python;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The last line that a failed command wrote: pip and venv end with what went wrong. */
function lastLine(error: unknown): string {
  const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  return output.split('\n').at(-1) || String(error);
}
