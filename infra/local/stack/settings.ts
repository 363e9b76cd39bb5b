import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../user-error.ts';

/** The checkout. */
export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * The ports of the local stack, each by the setting that changes it. All are below the ports that systems use for
 * outgoing connections (Linux from 32,768 on): one of those can be taken at any moment.
 */
export const PORTS = {
  PORT: { standard: 8000, purpose: 'the HTTP API' },
  POSTGRES_PORT: { standard: 15432, purpose: 'Postgres; 5432 is left to a Postgres of your own' },
  // The usual port of local SQS servers.
  QUEUE_PORT: { standard: 9324, purpose: 'the queue server' },
  DATA_API_PORT: {
    standard: 15433,
    purpose: 'the emulator of the RDS Data API, with `DATABASE_DRIVER=data-api npm start`',
  },
} as const;

/** LOCAL_DIR: data, logs and stack.json. */
export const LOCAL_DIRECTORY = '.local';

export interface StackSettings {
  readonly apiPort: number;
  readonly postgresPort: number;
  readonly queuePort: number;
  /** Undefined with the driver pg. */
  readonly dataApiPort?: number;
  /** Absolute. */
  readonly directory: string;
}

/** @throws UserError for an invalid port, a port that is given twice, or an unknown driver */
export function readStackSettings(env: NodeJS.ProcessEnv): StackSettings {
  const driver = env.DATABASE_DRIVER || 'pg';
  if (driver !== 'pg' && driver !== 'data-api')
    throw new UserError(`DATABASE_DRIVER must be pg or data-api, not "${driver}".`);
  const ports = {
    PORT: port(env, 'PORT'),
    POSTGRES_PORT: port(env, 'POSTGRES_PORT'),
    QUEUE_PORT: port(env, 'QUEUE_PORT'),
    ...(driver === 'data-api' && { DATA_API_PORT: port(env, 'DATA_API_PORT') }),
  };
  const owners = new Map<number, string>();
  for (const [name, value] of Object.entries(ports)) {
    const other = owners.get(value);
    if (other) throw new UserError(`${other} and ${name} are both ${value}; give each its own port.`);
    owners.set(value, name);
  }
  return {
    apiPort: ports.PORT,
    postgresPort: ports.POSTGRES_PORT,
    queuePort: ports.QUEUE_PORT,
    ...(ports.DATA_API_PORT !== undefined && { dataApiPort: ports.DATA_API_PORT }),
    directory: resolve(REPOSITORY, env.LOCAL_DIR || LOCAL_DIRECTORY),
  };
}

function port(env: NodeJS.ProcessEnv, name: keyof typeof PORTS): number {
  const text = env[name];
  if (text === undefined || text === '') return PORTS[name].standard;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 65_535)
    throw new UserError(`${name} must be a port, a whole number from 1 to 65535, not "${text}".`);
  return value;
}
