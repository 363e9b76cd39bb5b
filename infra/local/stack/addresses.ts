import { UserError } from '../../user-error.ts';
import { APP_ROLE, existingPostgresUrl, postgresUrl } from '../postgres/access.ts';
import { readStackSettings, type StackSettings } from './settings.ts';
import { readStackFile, type StackAddresses } from './stack-file.ts';

/** The names of the queues in infra/aws/queues.yml for the stage `local`. */
const QUEUE = 'orders-local';
const DEAD_LETTER_QUEUE = 'orders-local-dead-letters';

/** The account id that LocalStack and the embedded queue server put into queue URLs. */
const ACCOUNT = '000000000000';

/** The addresses of the embedded stack of `npm start`. Creates the passwords of its Postgres if there are none yet. */
export function embeddedAddresses(settings: StackSettings): StackAddresses {
  return {
    ...addresses(settings, postgresUrl(settings), `http://127.0.0.1:${settings.queuePort}`),
    functionsPostgres: postgresUrl(settings, APP_ROLE),
    ...(settings.dataApiPort !== undefined && { dataApi: `http://127.0.0.1:${settings.dataApiPort}` }),
  };
}

/** The addresses of a stack that uses services in the environment. The defaults are those of docker-compose.yml. */
export function externalAddresses(settings: StackSettings, env: NodeJS.ProcessEnv): StackAddresses {
  // They are printed. SQS takes its credentials from other variables.
  for (const name of ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_SQS', 'QUEUE_URL', 'DEAD_LETTER_QUEUE_URL'])
    if (env[name]?.includes('@')) throw new UserError(`${name} must not contain a user name or a password.`);
  const derived = addresses(
    settings,
    env.DATABASE_URL || 'postgres://postgres:password@127.0.0.1:5432/orders_db',
    sqsEndpoint(env) ?? 'http://127.0.0.1:4566',
  );
  return {
    ...derived,
    external: true,
    queueUrl: env.QUEUE_URL || derived.queueUrl,
    deadLetterQueueUrl: env.DEAD_LETTER_QUEUE_URL || derived.deadLetterQueueUrl,
  };
}

/** @throws UserError for an invalid address. */
function sqsEndpoint(env: NodeJS.ProcessEnv): string | undefined {
  const name = env.AWS_ENDPOINT_URL_SQS ? 'AWS_ENDPOINT_URL_SQS' : 'AWS_ENDPOINT_URL';
  const endpoint = env[name];
  if (!endpoint) return URL.parse(env.QUEUE_URL ?? '')?.origin;
  if (/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) return endpoint;
  throw new UserError(`${name} must be a URL such as http://127.0.0.1:4566, not "${endpoint}".`);
}

/**
 * The database of a tool (`npm run migrate`, `npm run seed`): DATABASE_URL, otherwise that of the stack that runs here,
 * otherwise the embedded one at its default port.
 * @throws UserError for an invalid port setting
 */
export function databaseUrl(env: NodeJS.ProcessEnv = process.env): string {
  if (env.DATABASE_URL) return env.DATABASE_URL;
  const settings = readStackSettings(env);
  return readStackFile(settings.directory)?.postgres ?? existingPostgresUrl(settings);
}

function addresses(settings: StackSettings, postgres: string, sqs: string): StackAddresses {
  const queueUrlOf = (name: string) => `${sqs.replace(/\/+$/, '')}/${ACCOUNT}/${name}`;
  return {
    api: `http://localhost:${settings.apiPort}/api/v1`,
    postgres,
    sqs,
    queueUrl: queueUrlOf(QUEUE),
    deadLetterQueueUrl: queueUrlOf(DEAD_LETTER_QUEUE),
  };
}
