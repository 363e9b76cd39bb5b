import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Template } from '../../infra/deploy/serverless.ts';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { SERVERLESS } from '../../infra/serverless-command.ts';
import { UserError } from '../../infra/user-error.ts';

const run = promisify(execFile);

export interface PackagedStage {
  /** Path of the template that the deployment would send to CloudFormation. */
  readonly path: string;
  readonly template: Template;
}

interface StageChoice {
  readonly stage: string;
  readonly region: string;
  /** `name=value` of serverless.yml. */
  readonly parameters?: readonly string[];
}

/**
 * Packages a stage as `npm run package` does, into its own directory. It needs neither credentials nor AWS.
 * @throws UserError with the output of Serverless
 */
export async function packageStage(choice: StageChoice, directory: string): Promise<PackagedStage> {
  const { stage, region, parameters = [] } = choice;
  const options = ['--stage', stage, '--package', directory, ...parameters.map((parameter) => `--param=${parameter}`)];
  await run(process.execPath, [SERVERLESS, 'package', ...options], {
    cwd: REPOSITORY,
    env: { ...process.env, AWS_REGION: region },
  }).catch((error: { stdout?: string }) => {
    // Serverless prints the word, the message below it, and then where it ran.
    const said = error.stdout?.split('Error:\n').at(-1)?.trim() || String(error);
    throw new UserError(`Stage ${[stage, ...parameters].join(' ')} could not be packaged: ${said}`, { cause: error });
  });
  const path = join(directory, 'cloudformation-template-update-stack.json');
  return { path, template: JSON.parse(await readFile(path, 'utf8')) };
}
