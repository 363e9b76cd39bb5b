import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readDeferral } from './deferral.ts';
import { MigrationError } from './migration-error.ts';

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly statements: readonly string[];
  /** A checksum of the file, to detect a migration that was changed after it was applied. */
  readonly checksum: string;
  /** The name of an earlier migration, which all deployed code must know before this one is applied; most wait for none. */
  readonly waitsFor?: string | undefined;
}

/** One statement at a time, because the Data API supports only one. The marker is the one of drizzle, which editors know. */
const BREAKPOINT = /^--> statement-breakpoint$/m;

/**
 * The migrations of a folder, from `000001-name.sql` upwards.
 * @throws MigrationError for a file with a different name, or a number that is missing or duplicated
 */
export async function loadMigrations(folder: string): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file, index) => {
      const version = Number(/^(\d{6})-[a-z0-9-]+\.sql$/.exec(file)?.[1]);
      if (version !== index + 1) throw new MigrationError(`${file}: expected ${index + 1} as its six-digit number`);
      const text = await readFile(join(folder, file), 'utf8');
      return {
        version,
        name: nameOf(file),
        statements: text.split(BREAKPOINT).map((statement) => statement.trim()),
        checksum: createHash('sha256').update(text).digest('hex'),
        waitsFor: readDeferral(file, text, files.slice(0, index).map(nameOf)),
      };
    }),
  );
}

function nameOf(file: string): string {
  return basename(file, '.sql');
}
