import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { command } from '../infra/command.ts';
import { execute, main } from '../infra/run-command.ts';
import { UserError } from '../infra/user-error.ts';
import { openApiDocument } from '../lib/openapi/document.ts';

const FILE = new URL('../docs/openapi.json', import.meta.url);

export const openapi = command({
  name: 'openapi',
  usage: [''],
  does: `Writes docs/openapi.json and the types of client/. Run it after a route or its schemas have changed.`,
  options: {},
  async run() {
    const manifest: { version: string } = JSON.parse(
      await readFile(new URL('../package.json', import.meta.url), 'utf8'),
    );
    await writeFile(FILE, `${JSON.stringify(openApiDocument(manifest.version), null, 2)}\n`);
    console.log('docs/openapi.json is written.');
    await npm('ci', '--prefix', 'client');
    await npm('run', '--prefix', 'client', 'generate');
  },
});

async function npm(...args: string[]): Promise<void> {
  // On Windows, npm is a script, which only a shell can run.
  const child = spawn('npm', args, { stdio: 'inherit', shell: process.platform === 'win32' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new UserError(`npm ${args.join(' ')} failed.`);
}

await main(import.meta.filename, (args) => execute(openapi, args));
