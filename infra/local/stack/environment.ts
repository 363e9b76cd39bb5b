import { createHmac } from 'node:crypto';
import { devNull } from 'node:os';
import { type Environment, normalise, withoutFamilies } from '../../caller-environment.ts';
import { LOCAL_CLUSTER } from '../data-api/local-cluster.ts';
import { DATABASE } from '../postgres/access.ts';
import type { StackAddresses } from './stack-file.ts';

/** No file of the user's AWS CLI is read. */
const NO_AWS_FILES = { AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull };

/** A given endpoint has no variants, and the SDK rejects settings that ask for one. */
export const ONE_ENDPOINT = { AWS_USE_FIPS_ENDPOINT: 'false', AWS_USE_DUALSTACK_ENDPOINT: 'false' };

export function embeddedEnvironment(addresses: StackAddresses, env: Environment): Environment {
  return {
    ...withoutFamilies(env),
    ...common(addresses, env),
    ...databaseDriver(addresses),
    CALLBACK_SECRET: env.CALLBACK_SECRET || callbackSecret(addresses),
    DATABASE_AUTH: 'password',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    ...NO_AWS_FILES,
    ...ONE_ENDPOINT,
  };
}

/** The SDK settings for a queue service on this machine: LocalStack accepts any credentials. */
const LOCAL_AWS = /^AWS_(REGION|DEFAULT_REGION|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|ENDPOINT_URL(_\w+)?)$/;

export function externalEnvironment(addresses: StackAddresses, environment: Environment): Environment {
  const env = normalise(environment);
  const usable = Object.fromEntries(Object.entries(env).filter(([name]) => !unusedAws(addresses, env).includes(name)));
  const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  return {
    ...(usable.AWS_PROFILE ? {} : { AWS_REGION: 'us-east-1', ...credentials }),
    ...usable,
    ...common(addresses, env),
    ...(isOnThisMachine(addresses.sqs) && NO_AWS_FILES),
    ...ONE_ENDPOINT,
  };
}

/** A startup message about variables that have no effect. */
interface Unused {
  readonly part: string;
  readonly line: string;
}

/** Settings with which a user may try to make the embedded stack use other services. */
export function unusedByEmbedded(env: Environment): Unused[] {
  return [
    ...unused('postgres', ['DATABASE_URL'], env, '`npm start` runs its own Postgres'),
    ...unused('queue', ['QUEUE_URL', 'DEAD_LETTER_QUEUE_URL'], env, '`npm start` runs a queue server of its own'),
  ];
}

export function unusedByExternal(addresses: StackAddresses, env: Environment): Unused[] {
  const { sqs } = addresses;
  const reason = isOnThisMachine(sqs)
    ? `the queue service is on this machine (${sqs})`
    : `the endpoint is given (${sqs})`;
  return [...unusedByCommands(env), ...unused('queue', unusedAws(addresses, env), env, reason)];
}

/** For commands on the database in DATABASE_URL. */
export function unusedByCommands(env: Environment): Unused[] {
  return unused('postgres', unusedPg(env), env, 'DATABASE_URL names the database');
}

function unused(part: string, names: readonly string[], env: Environment, reason: string): Unused[] {
  const set = names.filter((name) => env[name]);
  if (set.length === 0) return [];
  return [{ part, line: `${set.join(', ')} ${set.length === 1 ? 'is' : 'are'} set, and not used: ${reason}` }];
}

function unusedAws({ sqs }: StackAddresses, env: Environment): string[] {
  const isUsed = (name: string) => !isOnThisMachine(sqs) || LOCAL_AWS.test(name);
  return Object.keys(env).filter(
    (name) =>
      name.startsWith('AWS_') && env[name] && (!isUsed(name) || (name in ONE_ENDPOINT && env[name] !== 'false')),
  );
}

/** Variables of Postgres' own client that pg or lib/database/tls.ts read for values that the URL does not contain. */
export const PG_READS =
  /^PG(USER|PASSWORD|PASSFILE|DATABASE|SSLMODE|SSLROOTCERT|SSLCERT|SSLKEY|SSLNEGOTIATION|OPTIONS|APPNAME|CONNECT_TIMEOUT)$/;

/** PG… variables without an effect if DATABASE_URL is set. */
function unusedPg(env: Environment): string[] {
  return Object.keys(env).filter((name) => /^PG[A-Z]+$/.test(name) && env[name] && !PG_READS.test(name));
}

function isOnThisMachine(url: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(URL.parse(url)?.hostname ?? '');
}

function common(
  { api, postgres, functionsPostgres = postgres, sqs, queueUrl, deadLetterQueueUrl }: StackAddresses,
  env: Environment,
): Environment {
  return {
    CALLBACK_URL: env.CALLBACK_URL || api,
    DATABASE_URL: functionsPostgres,
    AWS_ENDPOINT_URL_SQS: sqs,
    QUEUE_URL: queueUrl,
    DEAD_LETTER_QUEUE_URL: deadLetterQueueUrl,
    // Everybody who can reach the port of this machine is its user.
    AUTH: env.AUTH || 'none',
    // One process serves all requests here, as a fleet of Lambda containers with 2 connections each does on AWS.
    DATABASE_POOL_SIZE: env.DATABASE_POOL_SIZE || '10',
    // One process serves all requests that wait.
    MAX_WAIT_SECONDS: env.MAX_WAIT_SECONDS || '25',
    // One version runs here at a time.
    QUEUE_MESSAGES: env.QUEUE_MESSAGES || 'packed',
    // Serverless Offline logs each request at `notice`, which takes 9 % of the throughput.
    SLS_LOG_LEVEL: env.SLS_LOG_LEVEL || 'warning',
  };
}

/** Of this cluster, and the same at each start: derived from the password of its owner, which nobody else knows. */
function callbackSecret({ postgres }: StackAddresses): string {
  const key = createHmac('sha256', URL.parse(postgres)?.password ?? '')
    .update('callbacks')
    .digest('base64');
  return `whsec_${key}`;
}

function databaseDriver({ dataApi }: StackAddresses): Environment {
  if (dataApi === undefined) return { DATABASE_DRIVER: 'pg' };
  return {
    DATABASE_DRIVER: 'data-api',
    ...LOCAL_CLUSTER,
    DATABASE_NAME: DATABASE,
    AWS_ENDPOINT_URL_RDS_DATA: dataApi,
  };
}
