import { chownSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Writes a file that only its owner can read, in one step: a reader never sees a part of it, and an interrupted write leaves
 * nothing that looks complete.
 * @param owner by default the user of this process
 */
export function replaceFile(path: string, content: string, owner?: { readonly uid: number; readonly gid: number }) {
  // An existing file would keep its mode.
  rmSync(`${path}.new`, { force: true });
  writeFileSync(`${path}.new`, content, { mode: 0o600, flush: true });
  if (owner) chownSync(`${path}.new`, owner.uid, owner.gid);
  renameSync(`${path}.new`, path);
}
