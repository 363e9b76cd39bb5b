import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';

const FOLDER = 'infra/migrations';

/** The code before a migration cannot be had here; the message says why, and what to do. */
export class NoEarlierCode extends Error {
  override readonly name = 'NoEarlierCode';
}

/** The code at some commit, in a separate directory, with this checkout's node_modules. */
export interface EarlierCheckout {
  readonly commit: string;
  readonly directory: string;
  /** Where its migrations are. */
  readonly migrations: string;
  remove(): void;
}

/** The file names of all migrations, the oldest first. */
export async function migrationFiles(): Promise<string[]> {
  return (await readdir(join(REPOSITORY, FOLDER))).filter((file) => file.endsWith('.sql')).sort();
}

/**
 * The code just before a migration was added.
 * @throws NoEarlierCode in a checkout without its history, and for a migration that is as old as the history or the fault lab.
 */
export function codeBefore(migration: string): EarlierCheckout {
  const added = commitThatAdded(migration);
  if (added !== '' && git('rev-list', '--parents', '-1', added) === added)
    throw new NoEarlierCode(`${migration} is in the first commit: there is no code before it.`);
  // A migration that is not committed yet follows what is.
  const commit = git('rev-parse', added === '' ? 'HEAD' : `${added}^`);
  for (const program of ['api.ts', 'worker.ts'])
    if (git('ls-tree', commit, `test/faults/stack/${program}`) === '')
      throw new NoEarlierCode(`The code before ${migration} (${commit.slice(0, 7)}) has no fault lab to run it in.`);
  const directory = mkdtempSync(join(tmpdir(), 'order-earlier-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const archive = execFileSync('git', ['archive', commit], { cwd: REPOSITORY, maxBuffer: 1_000_000_000 });
    execFileSync('tar', ['-x'], { cwd: directory, input: archive });
    symlinkSync(join(REPOSITORY, 'node_modules'), join(directory, 'node_modules'));
    const migrations = join(directory, FOLDER);
    // An unreleased migration may have changed since then, and is refused when its checksum differs.
    for (const file of readdirSync(migrations)) cpSync(join(REPOSITORY, FOLDER, file), join(migrations, file));
    return { commit, directory, migrations, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function commitThatAdded(migration: string): string {
  try {
    if (git('rev-parse', '--is-shallow-repository') === 'true')
      throw new NoEarlierCode(
        'This is a shallow clone, without the code before its migrations: git fetch --unshallow.',
      );
    return git('log', '--diff-filter=A', '--format=%H', '-1', '--', `${FOLDER}/${migration}`);
  } catch (error) {
    if (error instanceof NoEarlierCode) throw error;
    throw new NoEarlierCode(
      'This is not a git checkout, so the code before its migrations is not there: use a git clone.',
    );
  }
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: REPOSITORY, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}
