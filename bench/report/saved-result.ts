import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchOptions } from '../bench-options.ts';
import { describeMachine } from '../machine.ts';
import type { Result } from '../result.ts';

const DIRECTORY = join(import.meta.dirname, '../results');

/** A result with everything needed to judge it and to measure it again. */
export interface SavedResult extends Result {
  /** YYYY-MM-DD, in UTC. */
  readonly date: string;
  readonly machine: string;
  readonly command: string;
}

export function saveResult(name: string, { tiny, orders }: BenchOptions, result: Result): void {
  const saved: SavedResult = {
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    command: `npm run bench -- ${name}${tiny ? ' --tiny' : ''}${orders === undefined ? '' : ` --orders ${orders}`}`,
    ...result,
  };
  mkdirSync(DIRECTORY, { recursive: true });
  writeFileSync(join(DIRECTORY, `${name}.json`), `${JSON.stringify(saved, null, 2)}\n`);
}

/** Undefined if this benchmark was never saved. */
export function readResult(name: string): SavedResult | undefined {
  try {
    return JSON.parse(readFileSync(join(DIRECTORY, `${name}.json`), 'utf8')) as SavedResult;
  } catch {
    return undefined;
  }
}
