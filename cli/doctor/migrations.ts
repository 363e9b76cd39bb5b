import type { Database } from '../../lib/database/database.ts';
import { reasonToWait } from '../../lib/database/deferral.ts';
import { type Migration, readApplied } from '../../lib/database/migrations.ts';
import type { Check, Finding } from './check.ts';

/** A migration is one transaction: it is either applied or not, and a failed migration shows as missing. */
export function migrations(database: Database, known: readonly Migration[], apply: () => Promise<number>): Check {
  const waiting = async (applied: ReadonlyMap<number, string>): Promise<Map<Migration, string>> => {
    const reasons = new Map<Migration, string>();
    for (const migration of known) {
      const state = { isNew: applied.size === 0, appliedNow: new Set<string>() };
      const reason = applied.has(migration.version) ? undefined : await reasonToWait(database, migration, state);
      if (reason !== undefined) reasons.set(migration, reason);
    }
    return reasons;
  };
  return {
    name: 'the database is up to date',
    async find() {
      const applied = await readApplied(database);
      const waits = await waiting(applied);
      const missing = known.filter((migration) => !applied.has(migration.version) && !waits.has(migration));
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
    later: async () => [...(await waiting(await readApplied(database))).values()],
  };
}
