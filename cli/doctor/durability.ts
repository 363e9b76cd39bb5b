import type { Database } from '../../lib/database/database.ts';
import type { Check } from './check.ts';

/** A 202 is a promise, so its commit must be on disk. Only `off` breaks it: the other values wait for the local disk too. */
export function durability(database: Database): Check {
  return {
    name: 'commits reach the disk before they are acknowledged',
    async find() {
      const found = await database.query<{ source: string }>(
        `SELECT source FROM pg_settings WHERE name = 'synchronous_commit' AND setting = 'off'`,
      );
      return found.map(({ source }) => ({
        problem: `synchronous_commit is off (source: ${source}): a crash of Postgres can lose accepted orders; turn it on`,
      }));
    },
  };
}
