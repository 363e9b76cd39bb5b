import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from './local/stack/settings.ts';

/** The program that `npx serverless` runs. */
export const SERVERLESS = join(REPOSITORY, 'node_modules/serverless/bin/serverless.js');

/**
 * serverless.yml with everything that it includes, as one stage has it. Takes seconds.
 * @param options of the command line, such as `--param=name=value`
 */
export async function printService(stage: string, ...options: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [SERVERLESS, 'print', '--format=json', `--stage=${stage}`, ...options],
    // Without options of the caller's Node, such as jest's, and without notices above the JSON, which is 0.5 MB.
    { cwd: REPOSITORY, env: { ...process.env, NODE_OPTIONS: '', SLS_LOG_LEVEL: 'warning' }, maxBuffer: 10_000_000 },
  );
  return JSON.parse(stdout);
}
