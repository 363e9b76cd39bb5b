import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { findChromium } from './chromium.ts';

declare global {
  /** From set-up to teardown, which run in one process. */
  var browserStack: ChildProcess | undefined;
}

/** Starts one stack that asks callers for a key, and tells the tests where it is and which keys it knows. */
export default async function setUp(): Promise<void> {
  const CHROMIUM = findChromium();
  const stack = fork(join(import.meta.dirname, 'stack.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // A process group of its own: at Ctrl-C it must outlive the tests.
    detached: process.platform !== 'win32',
  });
  globalThis.browserStack = stack;
  const failed = once(stack, 'exit').then(([code]) => {
    throw new Error(`The stack for the browser tests ended (exit code ${code}); the reason is above.`);
  });
  const [addresses] = await Promise.race([once(stack, 'message'), failed]);
  // Still distinguishable from a failure, but no longer waited for.
  failed.catch(() => undefined);
  Object.assign(process.env, addresses, { CHROMIUM });
}
