import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { BANNED } from './language/banned.ts';
import { proseOf } from './language/prose.ts';

/** Texts that stay as they are, each with its reason. */
const EXEMPT: ReadonlyMap<RegExp, string> = new Map([
  [/^infra\/migrations\/|^docs\/schema\.sql$/, 'released migrations never change, and the schema repeats them'],
  [/^test\/checks\/language/, 'it contains the banned forms'],
  [/^client\/api\.ts$|^docs\/(openapi\.json|errors\.md|settings\.md)$/, 'generated from texts that are checked'],
]);

interface Allowed {
  readonly path: RegExp;
  readonly text: string;
  readonly reason: string;
}

/** Banned forms that are right where they are. An entry that no text needs any more fails the test. */
const ALLOWED: readonly Allowed[] = [];

/** The tracked files whose prose people read. */
function filesToCheck(): string[] {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: REPOSITORY, encoding: 'utf8' }).split('\0');
  return files.filter(
    (path) =>
      (/\.(ts|js|mjs|md|yml|sql|py)$/.test(path) || path === '.ci/run') &&
      ![...EXEMPT.keys()].some((exempt) => exempt.test(path)),
  );
}

/** The banned forms in a file, one line for each: where, what, and what to write instead. */
function bannedIn(path: string, content: string, used = new Set<Allowed>()): string[] {
  return proseOf(path, content).flatMap(({ line, text }) =>
    BANNED.flatMap(({ form, instead }) => {
      const found = form.exec(text);
      if (!found) return [];
      const allowed = ALLOWED.find((entry) => entry.path.test(path) && text.includes(entry.text));
      if (allowed) used.add(allowed);
      return allowed ? [] : [`${path}:${line}: "${found[0]}" in "${around(text, found.index)}": write ${instead}`];
    }),
  );
}

function around(text: string, index: number): string {
  return text.slice(Math.max(0, index - 40), index + 60).trim();
}

test('the documentation, texts and comments use plain words, and one word per concept', () => {
  const used = new Set<Allowed>();
  const found = filesToCheck().flatMap((path) => bannedIn(path, readFileSync(join(REPOSITORY, path), 'utf8'), used));
  expect(found).toEqual([]);
  expect(ALLOWED.filter((entry) => !used.has(entry))).toEqual([]);
});

describe('the language check reports a planted sentence', () => {
  test.each([
    ['a comment', 'a.ts', '/** Has the order processed afresh. */\nconst a = 1;'],
    ['a comment of two lines', 'a.ts', '// The caller is told\n// apart by its key.\n'],
    ['a string literal', 'a.ts', "throw new Error('This is no order id');"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the sample is code
    ['a template with a value', 'a.ts', 'throw new Error(`It has ${count} requests a second`);'],
    ['a test title', 'a.test.ts', "test('mends the counters', () => {});"],
    ['documentation', 'a.md', 'The request runs into its time-out.\n'],
    ['a comment in YAML', 'a.yml', 'a: 1\n# Whoever calls the API\n'],
    ['a comment in SQL', 'a.sql', 'SELECT 1;\n-- in the meantime, or meanwhile\n'],
  ])('in %s', (_, path, content) => {
    expect(bannedIn(path, content)).toHaveLength(1);
  });

  test.each([
    ['code', 'a.ts', 'const answer = mend(the, answer);'],
    ['quoted code in documentation', 'a.md', 'Run `mend --afresh` now.\n'],
    ['a fenced block', 'a.md', '```sh\nmend afresh\n```\n'],
  ])('but ignores %s', (_, path, content) => {
    expect(bannedIn(path, content)).toEqual([]);
  });
});
