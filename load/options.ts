import { parseArgs } from 'node:util';
import { readStackSettings } from '../infra/local/settings.ts';
import { readStackFile } from '../infra/local/stack-file.ts';

export const USAGE = `npm run load -- [options]
  --orders N     orders posted at once, a connection each: 1 to 20000, default 1000
  --timeout S    seconds that each may take to be answered: default 5
  --patience S   seconds without any progress after which waiting for Completed ends: default 60
  --url URL      base URL of the API: default that of the stack that "npm start" runs`;

export interface LoadOptions {
  readonly api: string;
  readonly orders: number;
  readonly timeoutMs: number;
  readonly patienceMs: number;
}

/** @throws {Error} with one line that says what is wrong and what to do. */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): LoadOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      // A port each: the ephemeral ports of one client address end near 28,000 (Linux's default range).
      orders: { type: 'string', default: '1000' },
      // What the clients of the service this one replaced are known to wait.
      timeout: { type: 'string', default: '5' },
      // An order that was orphaned by a crash is taken up again within its lease and a sweep: seconds, or a minute.
      patience: { type: 'string', default: '60' },
      url: { type: 'string' },
    },
  });
  const api = values.url ?? readStackFile(readStackSettings(env).directory)?.api;
  if (!api) throw new Error('No stack is running here. Run "npm start" in another terminal first, or give --url.');
  if (!URL.canParse(api)) throw new Error(`--url must be a URL such as http://localhost:8000/api/v1, and is "${api}".`);
  return {
    api,
    orders: positive('--orders', values.orders, 20_000),
    timeoutMs: positive('--timeout', values.timeout, 600) * 1000,
    patienceMs: positive('--patience', values.patience, 3_600) * 1000,
  };
}

function positive(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new Error(`${name} must be a whole number from 1 to ${most}, and is "${text}".`);
  return value;
}
