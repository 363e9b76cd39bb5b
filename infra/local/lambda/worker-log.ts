/** Where the worker says what it does, a line at a time. */
export interface WorkerLog {
  info(line: string): void;
  error(line: string): void;
}
