/** The other end of run-program.ts: what the program is to do. */
export function readTask<Task>(): Task {
  return JSON.parse(process.argv[2] ?? '{}') as Task;
}

/** Says that what comes from now on is to be measured. */
export function sayReady(): void {
  process.send?.({ ready: true });
}

/** Reports, and ends the process. */
export function finish(finding: unknown): void {
  process.send?.({ finding }, undefined, undefined, () => process.exit());
}
