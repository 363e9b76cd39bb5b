import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { enter, withoutFamilies } from '../../infra/caller-environment.ts';

declare global {
  /** Kept from set-up to teardown, which run in one process. */
  var testServers: ChildProcess | undefined;
}

/** Starts one Postgres and one queue server for the whole run, and tells the tests where they are. */
export default async function setUp(): Promise<void> {
  // A test runs jest: its servers are already running.
  if (process.env.JEST_WORKER_ID) return;
  // The workers of jest inherit it, and with it the time zone of jest.config.js.
  enter({ ...withoutFamilies(process.env), TZ: process.env.TZ });
  const servers = fork(join(import.meta.dirname, 'test-servers.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // In a separate process group: at Ctrl-C it must outlive the tests.
    detached: process.platform !== 'win32',
  });
  globalThis.testServers = servers;
  const failed = once(servers, 'exit').then(([code]) => {
    throw new Error(`The servers for the tests did not start (exit code ${code}); the reason is above.`);
  });
  const [addresses] = await Promise.race([once(servers, 'message'), failed]);
  // Still distinguishable from a failure, but no longer waited for.
  failed.catch(() => undefined);
  Object.assign(process.env, addresses);
}
