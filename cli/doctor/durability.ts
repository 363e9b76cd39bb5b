import type { Database } from '../../lib/database/database.ts';
import type { Check } from './check.ts';

/** Settings that break the guarantee of a 202 if they are `off`. All other values of synchronous_commit wait for the local disk. */
const DANGERS = {
  fsync: 'a power failure can corrupt the whole database',
  full_page_writes: 'a power failure can corrupt pages that were being written',
  synchronous_commit: 'a crash of Postgres can lose accepted orders',
};

export function durability(database: Database): Check {
  return {
    name: 'commits reach the disk before they are acknowledged',
    async find() {
      // Aurora does not write pages: its storage builds them from the log.
      const found = await database.query<{ name: keyof typeof DANGERS; source: string }>(
        `SELECT name, source FROM pg_settings
         WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'
           AND NOT (name = 'full_page_writes' AND to_regproc('aurora_version') IS NOT NULL)
         ORDER BY name`,
      );
      return found.map(({ name, source }) => ({
        problem: `${name} is off (source: ${source}): ${DANGERS[name]}; turn it on`,
      }));
    },
  };
}
