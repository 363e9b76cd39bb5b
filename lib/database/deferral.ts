import { MigrationError } from './migration-error.ts';

/**
 * A migration that code from before another one could not work with says so in its first line. It waits until no such code runs any
 * more, because old and new code run side by side during a deployment.
 */
const HEADER = /^--> after-deployment-of: (\S+)\n/;

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

/** What decides whether a migration waits. */
interface DeferralState {
  /** Whether the database had no migrations before this run: then no version of the service has ever used it. */
  readonly isNew: boolean;
  /** The number of the newest migration that all running code knows; 0 if that is not known. */
  readonly deployed: number;
}

/**
 * Why the migration waits, in one sentence; undefined when it can be applied. The ledger cannot tell: a deployment that migrated and
 * then failed leaves the old code running, for any length of time.
 */
export function reasonToWait(
  { name, waitsFor }: { readonly name: string; readonly waitsFor?: string | undefined },
  { isNew, deployed }: DeferralState,
): string | undefined {
  if (waitsFor === undefined || isNew || deployed >= Number.parseInt(waitsFor, 10)) return undefined;
  return `${name} waits: code from before ${waitsFor} cannot work with it. The next deployment after that of this version applies it, or npm run migrate -- --deployed-everywhere once this version runs everywhere`;
}
