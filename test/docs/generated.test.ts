import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { embeddedEnvironment } from '../../infra/local/stack/environment.ts';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { PAGES } from '../../tools/docs/write.ts';

const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');

test.each(Object.entries(PAGES))('%s is what `npm run docs` writes', (path, page) => {
  expect(read(path)).toBe(page());
});

test('the local defaults in docs/settings.md are those of the local stage', () => {
  const page = read('docs/settings.md');
  const local = /^ {2}local:\n((?: {4}.*\n)+)/m.exec(read('serverless.yml'))?.[1];
  const addresses = { api: '', postgres: '', sqs: '', queueUrl: '', deadLetterQueueUrl: '' };
  const { DATABASE_POOL_SIZE, AUTH } = embeddedEnvironment(addresses, {});

  expect(page).toContain(`| \`DATABASE_POOL_SIZE\` | connections | 2, locally ${DATABASE_POOL_SIZE} |`);
  expect(page).toContain(`| \`AUTH\` |  | ${AUTH} |`);
  expect(page).toContain(`, locally ${/resendAfter: (\d+)/.exec(local ?? '')?.[1]} |`);
  expect(page).toContain(`, locally ${/logLevel: \$\{env:LOG_LEVEL, '(\w+)'/.exec(local ?? '')?.[1]} |`);
});

test('docs/commands.md lists every npm script, and no other', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const documented = [...read('docs/commands.md').matchAll(/`npm (?:run )?([\w:-]+)(?: --(?!prefix).*?)?`/g)].map(
    ([, name]) => name,
  );

  expect(new Set(documented)).toEqual(new Set(Object.keys(scripts)));
});
