import { fileURLToPath } from 'node:url';
import { connectDataApi } from '../../lib/database/data-api.ts';
import type { Database } from '../../lib/database/database.ts';
import { loadMigrations, type Migration } from '../../lib/database/migration-files.ts';
import { applyMigrations } from '../../lib/database/migrations.ts';
import { connectPg } from '../../lib/database/pg.ts';
import { openDataApiLab } from './data-api.ts';
import { createTestDatabase } from './database.ts';
import { recordingLogger } from './recording-logger.ts';
import { type Fault, startTcpProxy } from './tcp-proxy.ts';

/** A driver with its own migrated database. The tests of the contract use only the driver. */
export interface Subject {
  readonly database: Database;
  /** Another driver to the same database, closed with the subject. */
  connect(options?: ConnectOptions): Database;
  /** Cuts the connection of the next statements that contain the text, one per statement. */
  cutAt(text: string, ...cuts: Fault[]): void;
  /** How many cuts have happened. */
  cutsDone(): number;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly statementTimeoutMs?: number;
}

export interface Driver {
  readonly name: string;
  /** Whether this test can inject faults between the driver and its database. */
  readonly canCut: boolean;
  open(): Promise<Subject>;
}

const STATEMENT_TIMEOUT_MS = 10_000;

const pg: Driver = {
  name: 'pg',
  canCut: true,
  async open() {
    const own = await createTestDatabase();
    const proxy = await startTcpProxy(own.url);
    const { connect, closeAll } = connections((options) =>
      connectPg({
        url: proxy.url,
        poolSize: 5,
        statementTimeoutMs: options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
        connectTimeoutMs: STATEMENT_TIMEOUT_MS,
        logger: recordingLogger(),
      }),
    );
    return {
      database: connect(),
      connect,
      cutAt: proxy.cutAt,
      cutsDone: () => proxy.cutsDone,
      async close() {
        await closeAll();
        await proxy.close();
        await own.drop();
      },
    };
  },
};

const emulatedDataApi: Driver = {
  name: 'data-api',
  canCut: true,
  async open() {
    const own = await createTestDatabase();
    const lab = await openDataApiLab(own.url);
    return {
      database: lab.database,
      connect: lab.connect,
      cutAt: lab.plan,
      cutsDone: () => lab.faultsDone,
      async close() {
        await lab.close();
        await own.drop();
      },
    };
  },
};

/** A real Aurora cluster. Its database is emptied and migrated, so its name must say so. */
function realDataApi(env: NodeJS.ProcessEnv): Driver {
  const { CONTRACT_RESOURCE_ARN: resourceArn, CONTRACT_SECRET_ARN: secretArn, CONTRACT_DATABASE: databaseName } = env;
  if (!resourceArn || !secretArn || !databaseName?.includes('contract'))
    throw new Error(
      'Set CONTRACT_RESOURCE_ARN, CONTRACT_SECRET_ARN and CONTRACT_DATABASE, a database that may be emptied, with "contract" in its name.',
    );
  return {
    name: 'data-api on a real cluster',
    canCut: false,
    async open() {
      const { connect, closeAll } = connections((options) =>
        connectDataApi({
          resourceArn,
          secretArn,
          databaseName,
          // Long enough for a paused cluster to resume.
          statementTimeoutMs: options.statementTimeoutMs ?? 45_000,
          logger: recordingLogger(),
        }),
      );
      const database = connect();
      await makeEmpty(database);
      await applyMigrations(database, await ourMigrations(), { importTimeZone: 'UTC', report: () => undefined });
      return {
        database,
        connect,
        cutAt: () => {
          throw new Error('nobody stands between us and AWS');
        },
        cutsDone: () => 0,
        close: closeAll,
      };
    },
  };
}

/** What the contract is tested with: both drivers, or the cluster named by the environment. */
export const DRIVERS: readonly Driver[] = process.env.CONTRACT_RESOURCE_ARN
  ? [realDataApi(process.env)]
  : [pg, emulatedDataApi];

export function ourMigrations(): Promise<Migration[]> {
  return loadMigrations(fileURLToPath(new URL('../../infra/migrations', import.meta.url)));
}

export async function makeEmpty(database: Database): Promise<void> {
  await database.query('DROP SCHEMA public CASCADE');
  await database.query('CREATE SCHEMA public');
}

function connections(open: (options: ConnectOptions) => Database) {
  const opened: Database[] = [];
  return {
    connect(options: ConnectOptions = {}): Database {
      const database = open(options);
      opened.push(database);
      return database;
    },
    async closeAll(): Promise<void> {
      for (const database of opened) await database.close();
    },
  };
}
