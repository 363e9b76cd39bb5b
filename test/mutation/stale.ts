import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Mutation } from './mutations.ts';

const MIGRATIONS = 'infra/migrations';

/** Why the bug can no longer be tried in the files below `root`; undefined if it can. */
export function staleness({ find, file, tests }: Mutation, root: string): string | undefined {
  const path = join(root, file);
  if (!existsSync(path)) return `${file} does not exist`;
  const missing = tests.find((test) => !existsSync(join(root, test)));
  if (missing !== undefined) return `${missing} does not exist`;
  const parts = readFileSync(path, 'utf8').split(find);
  if (parts.length !== 2) return `its search text does not occur exactly once in ${file}`;
  const name = file.startsWith(MIGRATIONS) ? functionAround(parts[0] ?? '', parts[1] ?? '') : undefined;
  const later = name === undefined ? undefined : laterDefinition(name, file, root);
  return later === undefined ? undefined : `${later} replaces ${name}()`;
}

const definitionOf = (name: string) => new RegExp(`CREATE (?:OR REPLACE )?FUNCTION (?:public\\.)?(${name})\\b`, 'g');

/** The function of a migration that has the search text in its body. */
function functionAround(before: string, after: string): string | undefined {
  const begin = [...before.matchAll(definitionOf('\\w+'))].at(-1);
  // Bodies are between two `$$`.
  const isInside = begin !== undefined && before.slice(begin.index).split('$$').length === 2 && after.includes('$$');
  return isInside ? begin[1] : undefined;
}

/** The last migration after this one that defines the function again. */
function laterDefinition(name: string, file: string, root: string): string | undefined {
  const directory = join(root, MIGRATIONS);
  return readdirSync(directory)
    .filter((other) => other.endsWith('.sql') && other > basename(file))
    .findLast((other) => definitionOf(name).test(readFileSync(join(directory, other), 'utf8')));
}
