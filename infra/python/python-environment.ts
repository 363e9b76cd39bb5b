import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPython } from './find-python.ts';
import { installOnce, run } from './install-once.ts';

export interface PythonTool {
  /** Its name for users, in messages. */
  readonly title: string;
  /** The name of its directory in the cache. */
  readonly name: string;
  /** The packages for pip. */
  readonly requirements: readonly string[];
  /** The file of pip constraints with the version of every package; a different content is a different installation. */
  readonly constraints: string;
  /** How long an installation takes, for the waiting user. */
  readonly takes: string;
}

/**
 * Installs a tool from its Python packages into its own virtual environment, once for all clones of this project, and
 * returns the Python to run it with: `-m <module>`, because the scripts that pip creates contain the path where they
 * were created.
 * @param say prints a line for the waiting user
 * @throws {Error} with one line if there is no suitable Python or pip fails
 */
export async function pythonEnvironment(tool: PythonTool, say: (line: string) => void): Promise<string> {
  const constraints = await readFile(tool.constraints);
  const digest = createHash('sha256').update(constraints).digest('hex').slice(0, 12);
  return installOnce(tool.title, `${tool.name}-${digest}`, join('bin', 'python'), async (directory) => {
    const systemPython = await findPython(tool.title);
    say(`Installing ${tool.title} (once, ${tool.takes})`);
    await run(systemPython, ['-I', '-m', 'venv', directory]);
    await run(join(directory, 'bin', 'python'), [
      ...['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'],
      ...['--constraint', tool.constraints, ...tool.requirements],
    ]);
  });
}
