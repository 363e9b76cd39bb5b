import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import pg from 'pg';
import { certificateProblem, isWithoutTls, readDestination } from '../../../lib/database/tls.ts';
import { messageOf } from '../../../lib/errors.ts';
import { UserError } from '../../user-error.ts';
import { report, withoutPassword } from './console.ts';
import { PG_READS } from './environment.ts';
import { type Wait, waitUntilReady } from './process/wait-until-ready.ts';
import type { StackAddresses } from './stack-file.ts';

/** Seconds: containers that start for the first time are up long before, without the download of their images. */
const PATIENCE_SECONDS = 60;
const RETRY_MS = 500;
/** Milliseconds for one attempt. */
const ATTEMPT_MS = 5_000;

/**
 * Waits until the database and the queue service respond.
 * @param patienceSeconds for each of them
 * @throws UserError that names the one that does not respond, with its last error
 */
export async function waitForServices(
  { postgres, sqs }: StackAddresses,
  signal: AbortSignal,
  patienceSeconds = PATIENCE_SECONDS,
): Promise<void> {
  // Before any waiting, because waiting does not fix an invalid setting.
  readDestination(postgres);
  const wait = { limitMs: 1_000 * patienceSeconds, pollMs: RETRY_MS, signal };
  await waitFor('postgres', withoutPassword(postgres), 'DATABASE_URL', wait, () => pingPostgres(postgres));
  await waitFor('queue', sqs, 'AWS_ENDPOINT_URL_SQS', wait, () => askSqs(sqs));
}

async function waitFor(
  name: string,
  address: string,
  variable: string,
  wait: Wait,
  ask: () => Promise<void>,
): Promise<void> {
  report(name, `expected at ${address}`);
  const refusal = await waitUntilReady(name, wait, async () => {
    try {
      await ask();
      return undefined;
    } catch (error) {
      const reason = certificateProblem(error) ?? messageOf(error);
      if (!isFinal(error)) return reason;
      const others = Object.keys(process.env).filter((other) => PG_READS.test(other) && name === 'postgres');
      const settings = [variable, ...others].join(', ');
      throw new UserError(`The ${name} service at ${address} refuses us: ${reason}. Check ${settings}.`);
    }
  });
  if (refusal !== undefined)
    throw new UserError(
      `The ${name} service at ${address} does not respond (${refusal}). Start it with \`docker compose up -d --wait\`, or set ${variable}.`,
    );
}

/**
 * True if waiting does not help: the service responded and rejected these settings. Not for 57P03, "the database system
 * is starting up", nor for a missing database, which the image creates after its server is up.
 */
function isFinal(error: unknown): boolean {
  const { code, $fault } = error as { code?: string; $fault?: string };
  return (
    $fault === 'client' || /^28/.test(code ?? '') || isWithoutTls(error) || certificateProblem(error) !== undefined
  );
}

export async function pingPostgres(url: string): Promise<void> {
  const { connectionString, ssl, plainWillDo } = readDestination(url);
  const ping = async (how: typeof ssl) => {
    const client = new pg.Client({ connectionString, ssl: how, connectionTimeoutMillis: ATTEMPT_MS });
    client.on('error', () => undefined);
    await client.connect();
    await client.end();
  };
  await ping(ssl).catch((error: unknown) => {
    if (!plainWillDo || !isWithoutTls(error)) throw error;
    return ping(false);
  });
}

/** With the SDK's settings of this process, which has the environment of the functions. */
async function askSqs(endpoint: string): Promise<void> {
  const client = new SQSClient({ endpoint, maxAttempts: 1 });
  try {
    await client.send(new ListQueuesCommand({ MaxResults: 1 }), { abortSignal: AbortSignal.timeout(ATTEMPT_MS) });
  } finally {
    client.destroy();
  }
}
