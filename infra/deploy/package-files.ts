import { createWriteStream } from 'node:fs';
import { glob, mkdir, readFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { UserError } from '../user-error.ts';

type Files = ReadonlyMap<string, Uint8Array>;

/** A package of the same files has the same bytes, whenever it is created, so that AWS sees no change. */
const NEVER = new Date(0);

/**
 * Files that a function reads at runtime, by glob patterns. Their paths in the package are the same as here.
 * @throws UserError for a pattern that matches no file
 */
export async function filesOf(patterns: readonly string[], directory: string): Promise<Files> {
  const files = new Map<string, Uint8Array>();
  for (const pattern of patterns) {
    const before = files.size;
    for await (const path of glob(pattern, { cwd: directory }))
      files.set(path.replaceAll(sep, '/'), await readFile(join(directory, path)));
    if (files.size === before) throw new UserError(`package.patterns: ${pattern} matches no file.`);
  }
  return files;
}

export async function writeZip(path: string, files: Files): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const zip = new ZipFile();
  for (const name of [...files.keys()].sort())
    zip.addBuffer(Buffer.from(files.get(name) ?? []), name, { mtime: NEVER, mode: 0o100644 });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
}
