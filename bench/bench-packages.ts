import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../infra/user-error.ts';

/** @throws UserError that says how to install the packages of bench/package.json, if they are missing */
export function requireBenchPackages(): void {
  if (!existsSync(join(import.meta.dirname, 'node_modules')))
    throw new UserError('What this benchmark needs is not installed: run `npm ci --prefix bench` first.');
}
