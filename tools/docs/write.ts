import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../../infra/command.ts';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { execute, main } from '../../infra/run-command.ts';
import { errorsPage } from './errors-page.ts';
import { settingsPage } from './settings-page.ts';

/** The pages that are generated from the code, by their path. */
export const PAGES: Readonly<Record<string, () => string>> = {
  'docs/errors.md': errorsPage,
  'docs/settings.md': settingsPage,
};

export const docs = command({
  name: 'docs',
  usage: [''],
  does: `Writes the pages that are generated from the code: ${Object.keys(PAGES).join(', ')}.`,
  options: {},
  run() {
    for (const [path, page] of Object.entries(PAGES)) {
      writeFileSync(join(REPOSITORY, path), page());
      console.log(`${path} is written.`);
    }
  },
});

await main(import.meta.filename, (args) => execute(docs, args));
