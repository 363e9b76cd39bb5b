/** Milliseconds between two looks for the parent. */
const LOOK_MS = 500;

/** A signal that is aborted when the stack is asked to stop, or has lost whom it runs for. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => controller.abort();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  // Nobody reads any more what we write.
  process.stdout.on('error', stop);
  if (process.env.npm_lifecycle_event) stopWithoutParent(stop);
  return controller.signal;
}

/**
 * npm runs us below a shell. A signal that is sent to npm alone, as by `docker stop` or a script, ends npm and the shell,
 * and never gets here: we see only that our parent is another one.
 */
function stopWithoutParent(stop: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, LOOK_MS).unref();
}
