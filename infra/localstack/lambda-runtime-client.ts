import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { installOnce, run } from '../python/install-once.ts';

const VERSION = '4.0.2';

/** A build compiles libcurl and prints all of it. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/**
 * Builds AWS's runtime client for Node (aws-lambda-ric), once for all clones of this project, and returns the path of
 * its program, which runs a handler on Lambda. Linux only; it needs cmake, make and a C++ compiler.
 * @param say prints a line for the waiting user
 * @throws {Error} with one line if the build fails
 */
export async function installRuntimeClient(say: (line: string) => void): Promise<string> {
  const program = join('node_modules', 'aws-lambda-ric', 'index.mjs');
  // Its binding belongs to one ABI of Node.
  const name = `aws-lambda-ric-${VERSION}-abi${process.versions.modules}`;
  return installOnce('The Lambda runtime client', name, program, async (directory) => {
    say(`Building AWS's Lambda runtime client ${VERSION} (once, a few minutes)`);
    await mkdir(directory, { recursive: true });
    // npm runs only the install scripts of packages that are listed.
    await writeFile(
      join(directory, 'package.json'),
      JSON.stringify({ private: true, allowScripts: { 'aws-lambda-ric': true } }),
    );
    await run('npm', ['install', '--save-exact', '--no-audit', '--no-fund', `aws-lambda-ric@${VERSION}`], {
      cwd: directory,
      // Built against the headers that came with this Node, by this Node.
      env: {
        ...process.env,
        PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
        npm_config_nodedir: dirname(dirname(process.execPath)),
      },
      maxBuffer: MAX_OUTPUT_BYTES,
    });
  });
}
