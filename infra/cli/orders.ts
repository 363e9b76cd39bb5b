import { ConfigError } from '../../lib/config.ts';
import { DatabaseError } from '../../lib/database/database-error.ts';
import { StackError } from '../local/stack-error.ts';
import { describe } from '../local/worker/describe-error.ts';
import { StageError } from './api/stage.ts';
import { UsageError } from './usage-error.ts';

/** Answers the exit code: 0 when all is well, 1 when something is left to do. */
type Command = (args: string[]) => Promise<number>;

/** Each is loaded when it is asked for: some bring the SDKs or Serverless with them, which take a second. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  create: async () => (await import('./api/create.ts')).create,
  get: async () => (await import('./api/get.ts')).get,
  list: async () => (await import('./api/list.ts')).list,
  watch: async () => (await import('./api/watch.ts')).watch,
  history: async () => (await import('./api/history.ts')).history,
  cancel: async () => (await import('./api/cancel.ts')).cancel,
  pause: async () => (await import('./api/processing.ts')).pause,
  resume: async () => (await import('./api/processing.ts')).resume,
  redrive: async () => (await import('./redrive.ts')).redrive,
  doctor: async () => (await import('./doctor/doctor.ts')).doctor,
  keys: async () => (await import('./keys.ts')).keys,
};

const HELP = `npm run orders -- <command>

By the API, of the local stack or at --url or ORDERS_URL, with the key in ORDERS_API_KEY:
  create         an order, or those of a file
  get            one order
  list           orders, the newest first, by status, user and time
  watch          counts by status, as they change
  history        every move of one order
  cancel         an order that no worker has taken up yet
  pause, resume  processing

On the database and the queues, of the local stack or of the one that DATABASE_URL, QUEUE_URL and
DEAD_LETTER_QUEUE_URL name:
  redrive        has Failed orders processed afresh
  doctor         looks for what is wrong, and mends it with --fix
  keys           makes, lists and revokes the keys of those who may call

Each says more with --help. The exit code is 0 when all was done, or is well, and 1 otherwise.`;

// Whoever reads our output may have enough of it: `… | head -1`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const [name = '--help', ...args] = process.argv.slice(2);
try {
  process.exitCode = await run();
} catch (error) {
  const expected = [UsageError, StageError, StackError, ConfigError, DatabaseError].some(
    (kind) => error instanceof kind,
  );
  const wrongOption = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  // The AWS SDK leaves this in whatever it throws about a request. What the RDS Data API says is a DatabaseError by now.
  const fromSqs = error instanceof Error && '$metadata' in error;
  if (fromSqs) console.error(`SQS cannot be asked: ${describe(error)}`);
  else console.error(expected || wrongOption ? (error as Error).message : error);
  process.exitCode = 1;
}

async function run(): Promise<number> {
  if (['--help', '-h', 'help'].includes(name)) {
    console.log(HELP);
    return 0;
  }
  const load = COMMANDS[name];
  if (!load) throw new UsageError(`There is no command "${name}".\n\n${HELP}`);
  const command = await load();
  return command(args);
}
