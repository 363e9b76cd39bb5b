import { parseArgs } from 'node:util';

export const USAGE = `npm run schemathesis -- [--cases 1500] [--seed N]

Starts a stack with API keys on free ports, and has schemathesis send it requests that fit the OpenAPI document and such
that do not, at least so many, with all its checks.
Exit code 0: each answer was as documented, and none was 5xx; 1: one was not; 2: the run itself failed.`;

export interface FuzzOptions {
  /** Requests at least. */
  readonly cases: number;
  readonly seed: number;
}

export class UsageError extends Error {}

/** @throws UsageError */
export function readOptions(args: string[]): FuzzOptions {
  const { cases, seed } = parse(args);
  return { cases: whole('--cases', cases), seed: whole('--seed', seed) };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        cases: { type: 'string', default: '1500' },
        seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function whole(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${name} must be a whole number, and is "${text}"`);
  return Number(text);
}
