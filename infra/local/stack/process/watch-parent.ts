import { Worker } from 'node:worker_threads';

/** Milliseconds between two looks: nobody waits for this, and a look is one system call. */
const LOOK_EVERY_MS = 500;

const WATCH = `
const { workerData: { pid, parent } } = require('node:worker_threads');
setInterval(() => process.ppid === parent || process.kill(pid, 'SIGKILL'), ${LOOK_EVERY_MS});
`;

/**
 * Kills this process once its parent is gone, even if code in it never returns: the main thread then never notices that the
 * channel to the parent has closed, so another thread watches.
 */
export function watchParent(): void {
  const workerData = { pid: process.pid, parent: process.ppid };
  new Worker(WATCH, { eval: true, execArgv: [], workerData }).unref();
}
