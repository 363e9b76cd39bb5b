/** The counterpart of run-program.ts: the program's task. */
export function readTask<Task>(): Task {
  return JSON.parse(process.argv[2] ?? '{}') as Task;
}

/** Reports that the part to be measured begins now. */
export function sayReady(): void {
  process.send?.({ ready: true });
}

/** Reports the result and ends the process. */
export function finish(result: unknown): void {
  process.send?.({ result }, undefined, undefined, () => process.exit());
}
