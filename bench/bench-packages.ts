import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '../infra/command-error.ts';

/** @throws CommandError that says how to install what is in bench/package.json, when it is not. */
export function demandBenchPackages(): void {
  if (!existsSync(join(import.meta.dirname, 'node_modules')))
    throw new CommandError('What this benchmark needs is not installed: run `npm ci --prefix bench` first.');
}
