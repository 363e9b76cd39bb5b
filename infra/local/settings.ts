import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StackError } from './stack-error.ts';

/** The checkout. */
export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** What a user may choose about the local stack, apart from what the functions themselves read. */
export interface StackSettings {
  /** PORT: where the HTTP functions answer. Default 8000. */
  readonly apiPort: number;
  /**
   * POSTGRES_PORT. Default 15432, which leaves 5432 to a Postgres of the machine's own, and is below the ports that systems
   * give to outgoing connections (Linux from 32,768 on): one of those can be taken at any moment.
   */
  readonly postgresPort: number;
  /** QUEUE_PORT. Default 9324, the customary port of local SQS servers. */
  readonly queuePort: number;
  /**
   * DATA_API_PORT, where an emulator of the RDS Data API answers, with DATABASE_DRIVER=data-api. Default 15433, next to
   * Postgres. Undefined with the driver pg.
   */
  readonly dataApiPort?: number;
  /** LOCAL_DIR, absolute: data, logs and stack.json. Default `.local` in the checkout. */
  readonly directory: string;
}

/** @throws StackError for a value that is no port, a port given twice, or an unknown driver. */
export function readStackSettings(env: NodeJS.ProcessEnv): StackSettings {
  const driver = env.DATABASE_DRIVER || 'pg';
  if (driver !== 'pg' && driver !== 'data-api')
    throw new StackError(`DATABASE_DRIVER must be pg or data-api, and is "${driver}".`);
  const ports = {
    PORT: port(env, 'PORT', 8000),
    POSTGRES_PORT: port(env, 'POSTGRES_PORT', 15432),
    QUEUE_PORT: port(env, 'QUEUE_PORT', 9324),
    ...(driver === 'data-api' && { DATA_API_PORT: port(env, 'DATA_API_PORT', 15433) }),
  };
  const owners = new Map<number, string>();
  for (const [name, value] of Object.entries(ports)) {
    const other = owners.get(value);
    if (other) throw new StackError(`${other} and ${name} are both ${value}; give each a port of its own.`);
    owners.set(value, name);
  }
  return {
    apiPort: ports.PORT,
    postgresPort: ports.POSTGRES_PORT,
    queuePort: ports.QUEUE_PORT,
    ...(ports.DATA_API_PORT !== undefined && { dataApiPort: ports.DATA_API_PORT }),
    directory: resolve(REPOSITORY, env.LOCAL_DIR || '.local'),
  };
}

function port(env: NodeJS.ProcessEnv, name: string, standard: number): number {
  const text = env[name];
  if (text === undefined || text === '') return standard;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 65_535)
    throw new StackError(`${name} must be a port, a whole number from 1 to 65535, and is "${text}".`);
  return value;
}
