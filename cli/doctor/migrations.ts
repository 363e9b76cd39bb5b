import type { Database } from '../../lib/database/database.ts';
import { type Migration, readApplied } from '../../lib/database/migrations.ts';
import type { Check, Finding } from './check.ts';

/** A migration is one transaction: it is either applied or not, and a failed migration shows as missing. */
export function migrations(database: Database, known: readonly Migration[], apply: () => Promise<number>): Check {
  return {
    name: 'the database is up to date',
    async find() {
      const applied = await readApplied(database);
      const missing = known.filter(({ version }) => !applied.has(version));
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
  };
}
