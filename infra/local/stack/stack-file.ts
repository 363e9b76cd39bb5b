import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { replaceFile } from '../replace-file.ts';

export interface StackAddresses {
  readonly api: string;
  /** As the owner of the database: for migrations, commands and people. */
  readonly postgres: string;
  /** As the role of the functions, if it is another one. */
  readonly functionsPostgres?: string;
  /** The emulator of the RDS Data API, if the functions use that driver. */
  readonly dataApi?: string;
  readonly sqs: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** True if it uses services in the environment instead of its own. */
  readonly external?: true;
}

/** The contents of `stack.json`, which describes the running stack to other programs. */
export interface StackFile extends StackAddresses {
  /** Process ids by name, including `supervisor`; updated when a part is restarted. */
  readonly processes: Readonly<Record<string, number>>;
}

const pathIn = (directory: string) => join(directory, 'stack.json');

/**
 * The file of the stack in this directory, or undefined if there is none. A file left by `kill -9` is returned, too.
 */
export function readStackFile(directory: string): StackFile | undefined {
  try {
    return JSON.parse(readFileSync(pathIn(directory), 'utf8')) as StackFile;
  } catch {
    return undefined;
  }
}

/** Replaces the file in one step, so that a reader never sees a part of it. The database URL may contain a password. */
export function writeStackFile(directory: string, content: StackFile): void {
  const path = pathIn(directory);
  mkdirSync(dirname(path), { recursive: true });
  replaceFile(path, `${JSON.stringify(content, null, 2)}\n`);
}

export function removeStackFile(directory: string): void {
  rmSync(pathIn(directory), { force: true });
}
