import { chmod, glob, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findPython } from '../python/find-python.ts';
import { installOnce, run } from '../python/install-once.ts';

const VERSION = '1.170.0';

/** The names of the emulator's binaries. */
const ARCHITECTURE = process.arch === 'arm64' ? 'arm64' : 'x86_64';

/**
 * Downloads AWS's emulator of the Lambda service (aws-lambda-rie), once for all clones of this project, and returns the
 * path of its program. It calls a runtime as Lambda does: init, invocations, timeouts. It is part of the AWS SAM CLI's
 * Python package, in which AWS distributes it. Linux only.
 * @param say prints a line for the waiting user
 * @throws {Error} with one line if there is no Python or pip fails
 */
export async function installLambdaEmulator(say: (line: string) => void): Promise<string> {
  const program = join('samcli', 'local', 'rapid', `aws-lambda-rie-${ARCHITECTURE}`);
  return installOnce('The Lambda emulator', `aws-lambda-rie-${VERSION}`, program, async (directory) => {
    const python = await findPython('The Lambda emulator');
    say(`Downloading AWS's Lambda emulator ${VERSION} (once)`);
    const venv = join(directory, 'venv');
    // Not every Python has its own pip.
    await run(python, ['-I', '-m', 'venv', venv]);
    const pip = ['-I', '-m', 'pip', 'download', '--quiet', '--no-deps', '--disable-pip-version-check'];
    await run(join(venv, 'bin', 'python'), [...pip, '--dest', directory, `aws-sam-cli==${VERSION}`]);
    for await (const wheel of glob('*.whl', { cwd: directory }))
      await run(python, ['-I', '-m', 'zipfile', '-e', join(directory, wheel), directory]);
    await rm(venv, { recursive: true });
    await chmod(join(directory, program), 0o755);
  });
}
