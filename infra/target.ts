import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `npm start` writes about the stack that runs here. */
interface StackFile {
  readonly api: string;
  readonly postgres: string;
  readonly sqs: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

/** The database a command works on: DATABASE_URL, or else that of the local stack. Ends the process when there is none. */
export function databaseUrl(env: NodeJS.ProcessEnv = process.env): string {
  const url = env.DATABASE_URL ?? readStackFile(env)?.postgres;
  if (url) return url;
  console.error('No database to work on: start the local stack (npm start) or set DATABASE_URL.');
  process.exit(1);
}

function readStackFile(env: NodeJS.ProcessEnv): StackFile | undefined {
  try {
    return JSON.parse(readFileSync(join(env.LOCAL_DIR ?? '.local', 'stack.json'), 'utf8')) as StackFile;
  } catch {
    return undefined;
  }
}
