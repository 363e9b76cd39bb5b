import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { lastLine } from '../../infra/python/install-once.ts';
import type { PythonTool } from '../../infra/python/python-environment.ts';
import { UserError } from '../../infra/user-error.ts';

const run = promisify(execFile);

/** cfn-lint and checkov, in one environment: their dependencies agree. */
export const PYTHON_TOOLS: PythonTool = {
  title: 'cfn-lint and checkov',
  name: 'template-checks',
  requirements: ['cfn-lint', 'checkov'],
  constraints: join(import.meta.dirname, 'constraints.txt'),
  takes: 'about half a minute',
};

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/**
 * Runs a script of the environment, and returns its output.
 * @param accepted exit codes other than 0 that mean that it ran and found something
 * @throws {Error} with its last line for every other exit code
 */
export async function runPythonTool(
  python: string,
  script: string,
  options: readonly string[],
  accepted: readonly number[],
): Promise<string> {
  // Passed to Python, because the first line of the script contains the directory where the environment was created.
  const { stdout } = await run(python, [join(dirname(python), script), ...options], {
    maxBuffer: MAX_OUTPUT_BYTES,
  }).catch((error: { code?: unknown; stdout?: string }) => {
    if (typeof error.code === 'number' && accepted.includes(error.code)) return { stdout: error.stdout ?? '' };
    throw new UserError(`${script} failed: ${lastLine(error)}`, { cause: error });
  });
  return stdout;
}
