/** Milliseconds between two checks of the parent. */
const LOOK_MS = 500;

/** Runs a command until it ends or is stopped: an operation that was in progress then failed because of the stop. */
export async function untilStopped(run: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stopping = stopSignal();
  try {
    await run(stopping);
  } catch (error) {
    if (!stopping.aborted) throw error;
  }
}

/** A signal that is aborted when the stack is asked to stop, or has lost the process that it runs for. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => controller.abort();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  // Nobody reads the output any more.
  process.stdout.on('error', stop);
  // npm runs this process below a shell. A signal that is sent to npm alone, as by `docker stop` or a script, ends npm
  // and the shell, and never gets here: this process only sees that its parent has changed.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event) setInterval(() => process.ppid === parent || stop(), LOOK_MS).unref();
  return controller.signal;
}
