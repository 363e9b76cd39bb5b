import type { Database } from '../../lib/database/database.ts';
import { reasonToWait } from '../../lib/database/deferral.ts';
import type { Migration } from '../../lib/database/migration-files.ts';
import { readApplied } from '../../lib/database/migrations.ts';
import type { Check, Finding } from './check.ts';

/** A migration is one transaction: it is either applied or not, and a failed migration shows as missing. */
export function migrations(database: Database, known: readonly Migration[], apply: () => Promise<number>): Check {
  // The doctor does not know what is deployed, so it never applies what waits.
  const waiting = (migration: Migration, applied: ReadonlyMap<number, string>) =>
    applied.has(migration.version) ? undefined : reasonToWait(migration, { isNew: applied.size === 0, deployed: 0 });
  return {
    name: 'the database is up to date',
    async find() {
      const applied = await readApplied(database);
      const missing = known.filter(
        (migration) => !applied.has(migration.version) && waiting(migration, applied) === undefined,
      );
      const changed = known.filter(
        ({ version, checksum }) => applied.has(version) && applied.get(version) !== checksum,
      );
      const newer = [...applied.keys()].filter((version) => version > known.length);
      const findings: Finding[] = changed.map(({ name }) => ({
        problem: `migration ${name} was changed after it was applied; restore it and add a new one`,
      }));
      if (newer.length > 0)
        findings.push({ problem: `the database has ${newer.length} migrations that this version does not know` });
      if (missing.length > 0)
        findings.push({
          problem: `${missing.map(({ name }) => name).join(', ')} not applied`,
          fix: async () => `applied ${await apply()} migrations`,
        });
      return findings;
    },
    async later() {
      const applied = await readApplied(database);
      return known.flatMap((migration) => waiting(migration, applied) ?? []);
    },
  };
}
