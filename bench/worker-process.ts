import { join } from 'node:path';
import { readDeployment } from '../infra/local/lambda/deployment.ts';
import { REPOSITORY } from '../infra/local/stack/settings.ts';
import { printService } from '../infra/serverless-command.ts';
import type { Lab } from './lab.ts';
import { readyTime, spawnNode, stopProgram } from './run-program.ts';

const PROGRAM = join(REPOSITORY, 'infra/local/lambda/run-worker.ts');

/**
 * Runs `use` alongside the worker of `npm start`, which empties the queue.
 * @param params of serverless.yml
 */
export async function withWorker<T>(
  lab: Lab,
  params: Readonly<Record<string, number>>,
  use: (readyAt: number) => Promise<T>,
  env = lab.env,
): Promise<T> {
  const options = Object.entries(params).map(([name, value]) => `--param=${name}=${value}`);
  const deployment = readDeployment(await printService('local', ...options), REPOSITORY, env);
  const worker = spawnNode([PROGRAM], { ...env, WORKER_DEPLOYMENT: JSON.stringify(deployment) });
  try {
    return await use(await readyTime(worker));
  } finally {
    await stopProgram(worker);
  }
}
