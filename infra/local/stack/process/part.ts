import type { ChildProcess } from 'node:child_process';

/** One process of the stack, as the supervisor uses it. */
export interface Part {
  readonly name: string;
  /**
   * Resolves when the part is ready.
   * @throws if it does not become ready, or the signal is aborted; none of its processes is left then
   */
  start(signal: AbortSignal): Promise<RunningPart>;
}

export interface RunningPart {
  readonly pid: number;
  /** Resolves when the process is gone, with how it ended: "ended with code 1". Never rejects. */
  readonly ended: Promise<string>;
  /** Ends it, by force after a while, and resolves when it is gone. */
  stop(): Promise<void>;
}

export function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on('error', (error) => child.pid === undefined && resolve(`could not be run (${error.message})`));
    child.once('exit', (code, signal) => resolve(signal ? `was ended by ${signal}` : `ended with code ${code}`));
  });
}
