import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../infra/local/postgres.ts';
import { installPostgres, refugeOf } from '../../infra/local/postgres-installation.ts';
import { startQueueServer } from '../../infra/local/queue.ts';
import { migrate } from '../../infra/migrate.ts';
import { databaseAt, TEMPLATE } from './database.ts';
import { freePorts } from './free-port.ts';

/**
 * The servers of a test run, as a process of its own: when the channel to jest closes, however jest ended, it stops them
 * and removes what they wrote. Servers that the environment names already are used instead.
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
  const directory = await mkdtemp(join(tmpdir(), 'order-backend-test-'));
  cleanUps.push(() => rm(directory, { recursive: true, force: true }));
  cleanUps.push(() => rm(refugeOf(directory), { recursive: true, force: true }));
  // The user that Postgres runs as, when we are root, has to get in.
  await chmod(directory, 0o755);
  const [port = 0] = await freePorts(1);
  const logFile = join(directory, 'postgres.log');
  const installation = await installPostgres(directory);
  const { signal } = jestIsGone;
  const server = await startPostgres(installation, { port, logFile, disposable: true, signal });
  cleanUps.push(() => server.stop());
  return `postgres://postgres@127.0.0.1:${port}/postgres`;
}

/** Migrated once, and copied for each test file. */
async function makeTemplate(postgres: string): Promise<void> {
  const client = new pg.Client(postgres);
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${TEMPLATE}`);
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await client.end();
  await migrate({ DATABASE_URL: databaseAt(postgres, TEMPLATE) }, () => undefined);
}

async function provideQueueServer(): Promise<string> {
  const server = await startQueueServer({ port: 0 });
  cleanUps.push(() => server.stop());
  return server.endpoint;
}
