import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { SERVERLESS } from '../../infra/serverless-command.ts';
import type { Lab } from '../lab.ts';
import { spawnNode, stopProgram } from '../run-program.ts';

const EMPTY = join(import.meta.dirname, 'empty');

/** Milliseconds. */
const START_MS = 60_000;
const POLL_MS = 50;

/** Runs `use` while Serverless Offline serves the HTTP functions, as in `npm start`. */
export function withApi<T>(lab: Lab, use: (url: string) => Promise<T>): Promise<T> {
  return withOffline(lab, REPOSITORY, 'api', use);
}

/** The same with a service whose one handler does nothing. */
export function withEmptyApi<T>(lab: Lab, use: (url: string) => Promise<T>): Promise<T> {
  return withOffline(lab, EMPTY, 'offline', use);
}

async function withOffline<T>(
  lab: Lab,
  service: string,
  command: 'api' | 'offline',
  use: (url: string) => Promise<T>,
): Promise<T> {
  const port = lab.settings.apiPort;
  const api = spawnNode(
    [SERVERLESS, command, '--stage=local', '--host=127.0.0.1', `--httpPort=${port}`, '--lambdaPort=0'],
    lab.env,
    service,
  );
  const url = `http://127.0.0.1:${port}/api/v1/orders`;
  try {
    await answers(api, url);
    return await use(url);
  } finally {
    await stopProgram(api);
  }
}

/** Posts an invalid order until any response arrives: then the handler is loaded, too. */
async function answers(api: ChildProcess, url: string): Promise<void> {
  for (const end = Date.now() + START_MS; ; await sleep(POLL_MS)) {
    const answer = await fetch(url, { method: 'POST', body: '{}' }).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer) return;
    if (api.exitCode !== null || Date.now() > end) throw new Error('Serverless Offline never responded.');
  }
}
