/** Where the worker logs, one line per entry. */
export interface WorkerLog {
  info(line: string): void;
  error(line: string): void;
}
