import { access, mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * Installs a tool once for all clones of this project, under `$XDG_CACHE_HOME` (by default `~/.cache`), and answers the
 * path of its `program` there.
 *
 * @param name of its directory; has to change with what is installed.
 * @param program what has to be there and run, relative to the directory.
 * @param install fills the directory that it is given, which is then moved: nothing in it may know its own path.
 * @throws {Error} what `install` throws.
 */
export async function installOnce(
  name: string,
  program: string,
  install: (directory: string) => Promise<void>,
): Promise<string> {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const directory = join(cache, 'serverless-order-backend', name);
  const installed = join(directory, program);
  if (await exists(installed)) return installed;

  // Made beside its place and moved there when complete, so that an interrupted installation is never taken for one.
  const unfinished = `${directory}.${process.pid}`;
  try {
    await mkdir(dirname(directory), { recursive: true });
    // What may be there is broken: its Python was removed by an upgrade of the system, for instance.
    await rm(directory, { recursive: true, force: true });
    await install(unfinished);
    await rename(unfinished, directory);
  } catch (error) {
    // Another process may have finished the same installation first.
    if (!(await exists(installed))) throw error;
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

/** The last line that a failed command wrote: installers end with what went wrong. */
export function lastLine(error: unknown): string {
  const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  return output.split('\n').at(-1) || String(error);
}
