import type { Queryable } from './database.ts';
import { MigrationError } from './migration-error.ts';

/**
 * A migration that code from before another one could not work with says so in its first line. It waits until no such code runs any
 * more, because old and new code run side by side during a deployment.
 */
const HEADER = /^--> after-deployment-of: (\S+)\n/;

/**
 * Seconds from the other migration on for which it waits. Longer than a deployment takes, with what CloudFormation and Lambda repeat
 * of it: so a repetition is not mistaken for the deployment after.
 */
export const DEPLOYMENT_SECONDS = 3_600;

/**
 * The migration that this text waits for; undefined when it waits for none.
 * @throws MigrationError when that is none of the earlier ones
 */
export function readDeferral(file: string, text: string, earlier: readonly string[]): string | undefined {
  const name = HEADER.exec(text)?.[1];
  if (name !== undefined && !earlier.includes(name))
    throw new MigrationError(`${file}: waits for ${name}, which is not an earlier migration`);
  return name;
}

/** What decides whether a migration waits: the run it is in, and when the migration that it waits for was applied. */
export interface DeferralState {
  /** Whether the database had no migrations before this run: then no version of the service has ever used it. */
  readonly isNew: boolean;
  /** Names of the migrations that this run has applied. */
  readonly appliedNow: ReadonlySet<string>;
}

/** Why the migration waits, in one sentence; undefined when it can be applied. */
export async function reasonToWait(
  database: Queryable,
  migration: { readonly name: string; readonly waitsFor?: string | undefined },
  { isNew, appliedNow }: DeferralState,
): Promise<string | undefined> {
  const { name, waitsFor } = migration;
  if (waitsFor === undefined || isNew) return undefined;
  const [row] = await database.query<{ over: boolean }>(
    `SELECT applied_at < now() - ${DEPLOYMENT_SECONDS} * interval '1 second' AS over
     FROM public.schema_migrations WHERE name = $1::text`,
    [waitsFor],
  );
  if (row?.over && !appliedNow.has(waitsFor)) return undefined;
  return `${name} waits: code from before ${waitsFor} cannot work with it. Migrate again when this version has been deployed everywhere, an hour from now or later`;
}
