import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../user-error.ts';
import { run } from './install-once.ts';

/** The versions that were tested with the constraints come first; any other version may work, too. */
const COMMANDS = ['python3.13', 'python3.12', 'python3', 'python'];

/**
 * Succeeds in a Python that all tools of this project can run on (3.12 or newer) and that can create virtual
 * environments.
 */
const PROBE = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))';

/**
 * The path or command of a Python that can run the Python tools of this project: from PATH, otherwise from pyenv.
 * @param tool the tool that needs it, for the message
 * @throws {Error} with one line that says what to install
 */
export async function findPython(tool: string): Promise<string> {
  for (const python of [...COMMANDS, ...(await pyenvPythons())]) {
    // A Python that is missing, too old, or a pyenv shim without a version fails to run the probe.
    const works = await run(python, ['-I', '-c', PROBE]).then(
      () => true,
      () => false,
    );
    if (works) return python;
  }
  const howTo = 'install it (Debian: python3 and python3-venv) or put it on PATH';
  throw new UserError(`Python 3.12 or newer with its venv module is needed for ${tool}: ${howTo}.`);
}

/** The Pythons that pyenv has installed, newest first: its shims serve only the selected versions. */
async function pyenvPythons(): Promise<string[]> {
  const versions = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const names = await readdir(versions).catch(() => []);
  const newestFirst = names.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  return newestFirst.map((name) => join(versions, name, 'bin', 'python3'));
}
