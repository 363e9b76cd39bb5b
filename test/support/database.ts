import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { APP_ROLE } from '../../lib/database/app-role.ts';
import { migrate } from '../../lib/database/migrate.ts';

/** The migrated database that the global set-up creates. Test databases are copies of it. */
export const TEMPLATE = 'orders_template';

/** The password of the functions' role in the server of the tests. */
const APP_PASSWORD = 'of-the-tests';

export interface TestDatabase {
  /** As a superuser, for manual SQL. */
  readonly url: string;
  /** As the role of the functions. */
  readonly appUrl: string;
  /** @throws if sessions are still open on it: the code that opened them did not close them */
  drop(): Promise<void>;
}

/** Creates a separate migrated database, in about 30 ms. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  return testDatabase(name);
}

/** An empty database in this encoding. */
export async function createEncodedDatabase(encoding: string): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(`CREATE DATABASE ${name} ENCODING '${encoding}' TEMPLATE template0 LOCALE 'C'`);
  return testDatabase(name);
}

function testDatabase(name: string): TestDatabase {
  const url = databaseAt(serverUrl(), name);
  return {
    url,
    appUrl: withLogin(url, APP_ROLE, APP_PASSWORD),
    async drop() {
      try {
        // Waits up to 5 s for sessions that are about to end (PostgreSQL, DROP DATABASE).
        await administer(`DROP DATABASE ${name}`);
      } catch (error) {
        await administer(`DROP DATABASE ${name} WITH (FORCE)`);
        throw error;
      }
    },
  };
}

export function withLogin(url: string, user: string, password: string): string {
  const changed = new URL(url);
  Object.assign(changed, { username: user, password });
  return changed.href;
}

/** Migrated once, and copied by createTestDatabase. */
export async function makeTemplate(server: string): Promise<void> {
  const client = new pg.Client(server);
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${TEMPLATE}`);
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await client.end();
  await migrate({ DATABASE_URL: databaseAt(server, TEMPLATE) }, () => undefined, { appPassword: APP_PASSWORD });
}

/** The URL of another database on the same server. */
export function databaseAt(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

function serverUrl(): string {
  const url = process.env.TEST_POSTGRES_URL;
  if (!url) throw new Error('TEST_POSTGRES_URL is not set: the global set-up starts a Postgres and says where it is.');
  return url;
}

async function administer(sql: string): Promise<void> {
  const client = new pg.Client(serverUrl());
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
