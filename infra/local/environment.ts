import { LOCAL_CLUSTER } from './data-api/local-cluster.ts';
import { DATABASE } from './postgres.ts';
import type { StackAddresses } from './stack-file.ts';

/** Environment variables of the functions, and of the programs that run them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * For the embedded stack. No AWS_… variable of the user's shell gets in: a profile, a region or real credentials there
 * would lead a function that asks AWS for something to the user's account.
 */
export function embeddedEnvironment(addresses: StackAddresses, env: Environment): Environment {
  const inherited = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_')));
  return {
    ...inherited,
    ...common(addresses, env),
    ...databaseDriver(addresses),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
}

/** For services found in the environment, whose credentials are therefore in it, too, unless it is LocalStack. */
export function externalEnvironment(addresses: StackAddresses, env: Environment): Environment {
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    ...env,
    ...common(addresses, env),
  };
}

function common({ postgres, sqs, queueUrl, deadLetterQueueUrl }: StackAddresses, env: Environment): Environment {
  return {
    DATABASE_URL: postgres,
    AWS_ENDPOINT_URL_SQS: sqs,
    QUEUE_URL: queueUrl,
    DEAD_LETTER_QUEUE_URL: deadLetterQueueUrl,
    // Whoever can reach this machine's port is its user.
    AUTH: env.AUTH || 'none',
    // One process serves all requests here, as a fleet of Lambda containers with 2 connections each does on AWS.
    DATABASE_POOL_SIZE: env.DATABASE_POOL_SIZE || '10',
    // Serverless Offline logs each request at `notice`, which takes 9 % of the throughput.
    SLS_LOG_LEVEL: env.SLS_LOG_LEVEL || 'warning',
  };
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
