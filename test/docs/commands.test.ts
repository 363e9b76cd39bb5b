import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { REPOSITORY } from '../../infra/local/settings.ts';
import { blocksOf } from './blocks.ts';
import { Reader } from './reader.ts';
import '../support/starts-processes.ts';

const PAGES = ['README.md', 'CONTRIBUTING.md', ...readdirSync(join(REPOSITORY, 'docs')).map((name) => `docs/${name}`)]
  .filter((page) => page.endsWith('.md'))
  .map((page) => ({ page, blocks: blocksOf(page, join(REPOSITORY, page)) }))
  .filter(({ blocks }) => blocks.some(({ notRun }) => notRun === undefined));

/** Milliseconds: some pages start the stack three times, and wait for an order whose worker was killed. */
const TIME_MS = 240_000;

test.each(PAGES)(
  'every command of $page works, in its order, for somebody who follows it',
  async ({ blocks }) => {
    const reader = await Reader.make();
    try {
      for (const block of blocks) if (block.notRun === undefined) await reader.run(block);
    } finally {
      await reader.leave();
    }
  },
  TIME_MS,
);

test('the tutorial is one of them', () => {
  expect(PAGES.map(({ page }) => page)).toContain('docs/tutorial.md');
});
