import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where the parts of a stack are reached. */
export interface StackAddresses {
  readonly api: string;
  readonly postgres: string;
  /** The emulator of the RDS Data API, where the functions use that driver. */
  readonly dataApi?: string;
  readonly sqs: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** Whether its services are those found in the environment, rather than its own. */
  readonly external?: true;
}

/** What `stack.json` tells other programs about the running stack. */
export interface StackFile extends StackAddresses {
  /** Process ids by name, `supervisor` among them; kept true when a part is restarted. */
  readonly processes: Readonly<Record<string, number>>;
}

const pathIn = (directory: string) => join(directory, 'stack.json');

/** The file of the stack in this directory, or undefined when none is there. One left by `kill -9` is there, too. */
export function readStackFile(directory: string): StackFile | undefined {
  try {
    return JSON.parse(readFileSync(pathIn(directory), 'utf8')) as StackFile;
  } catch {
    return undefined;
  }
}

/** Replaces the file in one step, so that a reader never sees half of it. The database URL may have a password. */
export function writeStackFile(directory: string, content: StackFile): void {
  const path = pathIn(directory);
  mkdirSync(dirname(path), { recursive: true });
  // A file that is there already would keep its mode.
  rmSync(`${path}.new`, { force: true });
  writeFileSync(`${path}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export function removeStackFile(directory: string): void {
  rmSync(pathIn(directory), { force: true });
}
