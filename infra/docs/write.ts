/** `npm run docs`: writes the pages that are generated from the code. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../local/settings.ts';
import { PAGES } from './pages.ts';

for (const [path, page] of Object.entries(PAGES)) {
  writeFileSync(join(REPOSITORY, path), page());
  console.log(`${path} is written.`);
}
