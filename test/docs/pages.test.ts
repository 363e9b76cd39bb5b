import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { PAGES } from './follow.ts';

test('each page with commands has a file in test/docs/pages that follows it', () => {
  const files = readdirSync(join(import.meta.dirname, 'pages'));
  const wanted = PAGES.map((page) => page.replace('docs/', '').replace('.md', '.page.ts').toLowerCase());

  expect(files.sort()).toEqual(wanted.sort());
  expect(PAGES).toContain('docs/tutorial.md');
});
