/** Milliseconds between two looks for the parent. */
const LOOK_MS = 500;

/** Runs a command until it ends, or is stopped: whatever was in progress then failed because of that. */
export async function untilStopped(run: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stopping = stopSignal();
  try {
    await run(stopping);
  } catch (error) {
    if (!stopping.aborted) throw error;
  }
}

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
