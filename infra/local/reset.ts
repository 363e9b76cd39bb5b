import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { lockDirectory } from './lock.ts';
import { removeUnfinished, stopLeftOver } from './postgres-cluster.ts';
import { dataDirectoriesOf, refugeOf } from './postgres-installation.ts';
import { readStackSettings } from './settings.ts';
import { StackError } from './stack-error.ts';

/** By name, so that a LOCAL_DIR with other things in it loses none of them. */
const OURS = ['postgres', 'postgres.log', 'queue', 'stack.json', 'stack.json.new'];

// `npm run reset`: deletes the data of the local stack.
try {
  const { directory } = readStackSettings(process.env);
  const lock = lockDirectory(directory, `the data is being deleted (pid ${process.pid})`);
  const { inside, refuge } = dataDirectoriesOf(directory);
  await stopLeftOver(inside);
  await stopLeftOver(refuge);
  await removeUnfinished(inside);
  for (const name of OURS) remove(join(directory, name));
  remove(refugeOf(directory));
  lock.release();
  console.log(`Deleted the data in ${directory}.`);
} catch (error) {
  console.error(error instanceof StackError ? error.message : error);
  process.exitCode = 1;
}

function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    throw new StackError(`${path} cannot be deleted (${(error as NodeJS.ErrnoException).code}); whose is it?`);
  }
}
