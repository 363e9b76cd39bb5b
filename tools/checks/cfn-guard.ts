import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installOnce, lastLine } from '../../infra/python/install-once.ts';
import { UserError } from '../../infra/user-error.ts';

const run = promisify(execFile);

const VERSION = '3.2.1';

/** Its rules are small; building it without optimization takes half the time, and checking a template is as fast. */
const QUICK_BUILD = { CARGO_PROFILE_RELEASE_OPT_LEVEL: '0', CARGO_PROFILE_RELEASE_LTO: 'off' };

/** A build prints one line for each of about 200 crates. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/**
 * Builds AWS CloudFormation Guard from its crate, once for all clones of this project, and returns the path of its
 * program. From the crate, because AWS does not publish it for npm or pip.
 * @param say prints a line for the waiting user
 * @throws {Error} with one line if there is no Rust or the build fails
 */
export async function installCfnGuard(say: (line: string) => void): Promise<string> {
  const program = join('bin', process.platform === 'win32' ? 'cfn-guard.exe' : 'cfn-guard');
  return installOnce(`cfn-guard-${VERSION}`, program, async (directory) => {
    await run('cargo', ['--version']).catch((error: unknown) => {
      const howTo = 'install Rust (https://rustup.rs, or Debian: cargo) or put cargo on PATH';
      throw new UserError(`cargo is needed to build cfn-guard: ${howTo}.`, { cause: error });
    });
    say(`Building cfn-guard ${VERSION} (once, a few minutes)`);
    await run('cargo', ['install', 'cfn-guard', '--version', VERSION, '--locked', '--root', directory], {
      env: { ...process.env, ...QUICK_BUILD },
      maxBuffer: MAX_OUTPUT_BYTES,
    }).catch((error: unknown) => {
      throw new UserError(`cfn-guard could not be built: ${lastLine(error)}`, { cause: error });
    });
  });
}
