import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { command } from '../../command.ts';
import { execute, main } from '../../run-command.ts';
import { UserError } from '../../user-error.ts';
import { SECRET_FILE } from '../postgres/access.ts';
import { removeUnfinished, stopLeftOver } from '../postgres/postgres-cluster.ts';
import { dataDirectoriesOf, refugeOf } from '../postgres/postgres-installation.ts';
import { lockDirectory } from './lock.ts';
import { readStackSettings } from './settings.ts';

/** By name, so that other files in LOCAL_DIR are kept. */
const OURS = ['postgres', 'postgres.log', SECRET_FILE, `${SECRET_FILE}.new`, 'queue', 'stack.json', 'stack.json.new'];

export const reset = command({
  name: 'reset',
  usage: ['[--yes]'],
  does: `Deletes the data of the local stack: its orders and its queue. On a terminal it names what it deletes and asks first.
LOCAL_DIR names the directory (default .local).`,
  options: { yes: { type: 'boolean', help: 'does not ask' } },
  async run({ yes }) {
    const { directory } = readStackSettings(process.env);
    const paths = [...OURS.map((name) => join(directory, name)), refugeOf(directory)].filter(existsSync);
    if (!yes && process.stdin.isTTY && paths.length > 0 && !(await confirms(paths))) {
      console.log('Nothing was deleted.');
      return 1;
    }
    const lock = lockDirectory(directory, `the data is being deleted (pid ${process.pid})`);
    const { inside, refuge } = dataDirectoriesOf(directory);
    await stopLeftOver(inside);
    await stopLeftOver(refuge);
    await removeUnfinished(inside);
    for (const path of paths) remove(path);
    lock.release();
    console.log(`Deleted the data in ${directory}.`);
    return 0;
  },
});

async function confirms(paths: readonly string[]): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(
    `This deletes\n${paths.map((path) => `  ${path}\n`).join('')}Continue? [y/N] `,
  );
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    throw new UserError(`${path} cannot be deleted (${(error as NodeJS.ErrnoException).code}). Check its owner.`);
  }
}

await main(import.meta.filename, (args) => execute(reset, args));
