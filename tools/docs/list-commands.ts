import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../../infra/command.ts';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { execute, main } from '../../infra/run-command.ts';

export const help = command({
  name: 'help',
  usage: [''],
  does: 'Lists the commands of this project, from docs/commands.md.',
  options: {},
  run() {
    for (const line of readFileSync(join(REPOSITORY, 'docs', 'commands.md'), 'utf8').split('\n')) {
      const [, heading] = /^## (.+)/.exec(line) ?? [];
      const [, typed, does = ''] = /^\| `(.+?)` \| (.+) \|$/.exec(line) ?? [];
      if (heading !== undefined) console.log(`\n${heading}\n`);
      if (typed !== undefined) console.log(`  ${typed}\n      ${does.replaceAll(/\[(.+?)\]\(.+?\)/g, '$1')}`);
    }
  },
});

await main(import.meta.filename, (args) => execute(help, args));
