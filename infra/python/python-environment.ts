import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CommandError } from '../command-error.ts';
import { findPython } from './find-python.ts';
import { installOnce, lastLine } from './install-once.ts';

const run = promisify(execFile);

export interface PythonTool {
  /** As a user knows it, for messages. */
  readonly title: string;
  /** Of its directory in the cache. */
  readonly name: string;
  /** What pip is asked for. */
  readonly requirements: readonly string[];
  /** The file of pip constraints that names the version of every package; another content is another installation. */
  readonly constraints: string;
  /** How long an installation takes, for whoever waits. */
  readonly takes: string;
}

/**
 * Installs a tool from its Python packages into a virtual environment of its own, once for all clones of this project,
 * and answers the Python to run it with: `-m <module>`, since the scripts that pip makes know the path that they were
 * made at.
 *
 * @param say takes a line for whoever waits.
 * @throws {Error} with one line when there is no suitable Python or pip fails.
 */
export async function pythonEnvironment(tool: PythonTool, say: (line: string) => void): Promise<string> {
  const constraints = await readFile(tool.constraints);
  const digest = createHash('sha256').update(constraints).digest('hex').slice(0, 12);
  return installOnce(`${tool.name}-${digest}`, join('bin', 'python'), async (directory) => {
    const systemPython = await findPython(tool.title);
    say(`Installing ${tool.title} (once, ${tool.takes})`);
    try {
      await run(systemPython, ['-I', '-m', 'venv', directory]);
      await run(join(directory, 'bin', 'python'), [
        ...['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'],
        ...['--constraint', tool.constraints, ...tool.requirements],
      ]);
    } catch (error) {
      throw new CommandError(`${tool.title} could not be installed: ${lastLine(error)}`, { cause: error });
    }
  });
}
