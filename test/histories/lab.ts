import type { Database } from '../../lib/database/database.ts';
import { connectPg } from '../../lib/database/pg.ts';
import { INCONSISTENCIES } from '../support/consistency.ts';
import { createTestDatabase } from '../support/database.ts';
import { connectPsql, type Psql } from '../support/psql.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { KEPT_ORDERS, type KeptOrder } from './clients.ts';
import { NO_SABOTAGE, type Sabotage } from './sabotage.ts';
import { Tally } from './tally.ts';
import { VirtualTime } from './virtual-time.ts';
import { BROKEN_PROMISES, installWitness } from './witness.ts';

/** All that there is to see, at one moment. */
export interface Sight {
  /** Every promise that the database shows to be broken, in words. */
  readonly problems: readonly string[];
  readonly orders: readonly KeptOrder[];
}

/** One statement, since it is run after every step. */
const LOOK = `
  WITH problems AS (SELECT problem FROM ((${INCONSISTENCIES}) UNION ALL (${BROKEN_PROMISES})) AS found),
  kept AS (${KEPT_ORDERS})
  SELECT (SELECT coalesce(json_agg(problem), '[]') FROM problems) AS problems,
         (SELECT coalesce(json_agg(kept), '[]') FROM kept) AS orders`;

/** A database that many histories run in, one after the other, and what was counted in them. */
export interface HistoryLab {
  readonly database: Database;
  /** Looks at the orders, and sets the clock. */
  readonly psql: Psql;
  /** Works by hand. */
  readonly operator: Psql;
  readonly sabotage: Sabotage;
  readonly tally: Tally;
  look(): Promise<Sight>;
  /** Removes all orders, and what is known of them. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds. Nothing here waits for a lock; longer means that the suite itself is at fault. */
const STATEMENT_TIMEOUT_MS = 10_000;

export async function openHistoryLab(sabotage: Sabotage = NO_SABOTAGE): Promise<HistoryLab> {
  const testDatabase = await createTestDatabase();
  const { url } = testDatabase;
  const installer = await connectPsql(url);
  await VirtualTime.install(installer);
  await installer.end();

  const psql = await connectPsql(url);
  await installWitness(psql);
  // Planning it takes longer than running it.
  await psql.rows(`PREPARE look AS ${LOOK}`);
  const operator = await connectPsql(url);
  const database = connectPg({
    url,
    poolSize: 2,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    connectTimeoutMs: STATEMENT_TIMEOUT_MS,
    logger: recordingLogger(),
  });

  return {
    database,
    psql,
    operator,
    sabotage,
    tally: new Tally(),
    async look() {
      const [sight] = await psql.rows<Sight>('EXECUTE look');
      return sight as Sight;
    },
    async clear() {
      // The witness first: autovacuum holds it while it looks up the type of its columns, which is the table orders.
      await psql.rows('TRUNCATE witness.writes, witness.steps, orders, processing_control');
    },
    async close() {
      await Promise.all([psql.end(), operator.end(), database.close()]);
      await testDatabase.drop();
    },
  };
}
