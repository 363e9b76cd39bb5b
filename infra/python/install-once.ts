import { execFile } from 'node:child_process';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../user-error.ts';

/** Runs a program to its end. */
export const run = promisify(execFile);

/**
 * Installs a tool once for all clones of this project, under `$XDG_CACHE_HOME` (by default `~/.cache`), and returns the
 * path of its `program` there.
 * @param title its name for users
 * @param name of its directory; must change with what is installed
 * @param program a file that must exist and run, relative to the directory
 * @param install fills the given directory, which is then moved: no file in it may contain its path
 * @throws UserError if a program of `install` fails, with its last line
 */
export async function installOnce(
  title: string,
  name: string,
  program: string,
  install: (directory: string) => Promise<void>,
): Promise<string> {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const directory = join(cache, 'serverless-order-backend', name);
  const installed = join(directory, program);
  if (await exists(installed)) return installed;

  // Built under a temporary name and moved when complete, so that an interrupted installation is never mistaken for a
  // complete one.
  const unfinished = `${directory}.${process.pid}`;
  try {
    await mkdir(dirname(directory), { recursive: true });
    // An existing installation is broken: for example, a system upgrade has removed its Python.
    await rm(directory, { recursive: true, force: true });
    await install(unfinished);
    await rename(unfinished, directory);
  } catch (error) {
    // Another process may have finished the same installation first.
    if (await exists(installed)) return installed;
    if (!(error instanceof Error && 'stderr' in error)) throw error;
    throw new UserError(`${title} could not be installed: ${lastLine(error)}`, { cause: error });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return installed;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The last line of a failed command: installers end with the error. */
export function lastLine(error: unknown): string {
  const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  return output.split('\n').at(-1) || String(error);
}
