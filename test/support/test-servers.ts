import { once } from 'node:events';
import { startQueueServer } from '../../infra/local/queue/queue.ts';
import { makeTemplate } from './database.ts';
import { startPostgresServer } from './postgres-server.ts';

/**
 * The servers of a test run, as a separate process: when the channel to jest closes, however jest ended, it stops them
 * and removes their files. If the environment already names servers, those are used instead.
 */
const cleanUps: (() => Promise<unknown>)[] = [];
const jestIsGone = new AbortController();
process.on('disconnect', () => jestIsGone.abort());

try {
  const postgres = process.env.TEST_POSTGRES_URL || (await providePostgres());
  await makeTemplate(postgres);
  const sqs = process.env.TEST_SQS_ENDPOINT || (await provideQueueServer());
  process.send?.({ TEST_POSTGRES_URL: postgres, TEST_SQS_ENDPOINT: sqs });
  if (process.connected) await once(process, 'disconnect');
} catch (error) {
  if (!jestIsGone.signal.aborted) {
    console.error(error);
    process.exitCode = 1;
  }
} finally {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
}
// Without this, the channel would keep the process of a failed start alive.
process.exit();

async function providePostgres(): Promise<string> {
  const server = await startPostgresServer({ disposable: true, signal: jestIsGone.signal });
  cleanUps.push(server.stop);
  return server.url;
}

async function provideQueueServer(): Promise<string> {
  const server = await startQueueServer({ port: 0 });
  cleanUps.push(() => server.stop());
  return server.endpoint;
}
