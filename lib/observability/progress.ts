/** Milliseconds between two lines about a wait, so that the terminal is not silent for longer. */
export const PROGRESS_MS = 5_000;

/** Waits for something, and says every 5 s what that is. */
export async function withProgress<T>(
  say: (line: string) => void,
  what: string | (() => string),
  work: Promise<T>,
): Promise<T> {
  const started = performance.now();
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - started) / 1_000);
    say(`${typeof what === 'string' ? what : what()} (${seconds} s so far)`);
  }, PROGRESS_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
