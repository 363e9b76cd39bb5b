import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a parent sends to a part that is ready. */
export const AT_REST = 'at rest';

/**
 * Frees what starting has left behind. V8 collects garbage while the heap grows; a process at rest allocates next to nothing and
 * would keep a third of its memory as garbage for as long as it rests.
 */
export function releaseMemory(): void {
  setFlagsFromString('--expose-gc');
  // The kind that V8 does when memory is short: it also drops compiled code that was not used again.
  runInNewContext(`gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })`);
}
