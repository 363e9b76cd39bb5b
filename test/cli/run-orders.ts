import { jest } from '@jest/globals';
import { orders } from '../../cli/orders.ts';

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly output: string;
}

/** The run that was asked for last. One that a timed-out test leaves behind ends before the next test's begins. */
let last: Promise<unknown> = Promise.resolve();

/** Runs `npm run orders -- …` in this process, with these variables in its environment, after the runs before it. */
export function runOrders(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  const given = { ...env };
  const run = last.then(() => runAlone(args, given));
  last = run.catch(() => {});
  return run;
}

/** The console and the environment belong to the whole process. */
async function runAlone(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Run> {
  const before = { ...process.env };
  const written = { log: '', error: '' };
  const spies = (['log', 'error'] as const).map((stream) =>
    jest.spyOn(console, stream).mockImplementation((...values: unknown[]) => {
      written[stream] += `${values.join(' ')}\n`;
    }),
  );
  Object.assign(process.env, env);
  try {
    const code = await orders(args);
    return { code, stdout: written.log, stderr: written.error, output: written.log + written.error };
  } finally {
    for (const spy of spies) spy.mockRestore();
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
}
