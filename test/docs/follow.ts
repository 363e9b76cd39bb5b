import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '@jest/globals';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { blocksOf } from './blocks.ts';
import { Reader } from './reader.ts';

/** Milliseconds: some pages start the stack three times, and wait for an order whose worker was killed. */
const TIME_MS = 600_000;

/** The pages with commands that a test runs. */
export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(REPOSITORY, 'docs')).map((name) => `docs/${name}`),
].filter((page) => page.endsWith('.md') && runnableBlocks(page).length > 0);

/** Each page has a separate file, so that they run side by side. */
export function testPage(page: string): void {
  test(
    `every command of ${page} works, in order, for a reader who follows it`,
    async () => {
      const reader = await Reader.make();
      try {
        for (const block of runnableBlocks(page)) await reader.run(block);
      } finally {
        await reader.leave();
      }
    },
    TIME_MS,
  );
}

function runnableBlocks(page: string) {
  return blocksOf(page, join(REPOSITORY, page)).filter(({ notRun }) => notRun === undefined);
}
