import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SERVERLESS } from '../../../infra/serverless-command.ts';

const run = promisify(execFile);

const ROOT = join(import.meta.dirname, '../../..');

/** What a deployment is made of. */
const DEPLOYED = ['console', 'docs', 'functions', 'infra', 'lib', 'package.json', 'serverless.yml'];

/** A copy of this checkout, to deploy changed versions from. */
export interface Checkout {
  /** Runs a command of Serverless; answers what it said, also when it failed. */
  serverless(
    command: string,
    env: NodeJS.ProcessEnv,
  ): Promise<{ readonly succeeded: boolean; readonly output: string }>;
  /** Changes a file, so that functions have other code. */
  replace(path: string, text: string, by: string): Promise<void>;
  /** Adds a migration after the others; answers how to take it away again. */
  addMigration(sql: string): Promise<() => Promise<void>>;
  remove(): Promise<void>;
}

export async function copyCheckout(): Promise<Checkout> {
  const directory = await mkdtemp(join(tmpdir(), 'deployed-'));
  for (const name of DEPLOYED) await cp(join(ROOT, name), join(directory, name), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  const migrations = join(directory, 'infra/migrations');

  return {
    async serverless(command, env) {
      const args = [SERVERLESS, ...command.split(' ')];
      return run(process.execPath, args, {
        cwd: directory,
        env: { PATH: process.env.PATH, HOME: directory, ...env },
      }).then(
        ({ stdout, stderr }) => ({ succeeded: true, output: stdout + stderr }),
        ({ stdout, stderr }) => ({ succeeded: false, output: stdout + stderr }),
      );
    },
    async replace(path, text, by) {
      const before = await readFile(join(directory, path), 'utf8');
      if (!before.includes(text)) throw new Error(`${path} has no "${text}"`);
      await writeFile(join(directory, path), before.replace(text, by));
    },
    async addMigration(sql) {
      const last = (await readdir(migrations)).filter((name) => name.endsWith('.sql')).length;
      const file = join(migrations, `${String(last + 1).padStart(6, '0')}-added.sql`);
      await writeFile(file, sql);
      return () => rm(file);
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
