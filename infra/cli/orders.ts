import { ConfigError } from '../../lib/config.ts';
import { DatabaseError } from '../../lib/database/database-error.ts';
import { StackError } from '../local/stack-error.ts';
import { doctor } from './doctor/doctor.ts';
import { commandEnvironment } from './environment.ts';
import { keys } from './keys.ts';
import { redrive } from './redrive.ts';
import { UsageError } from './usage-error.ts';

/** Answers the exit code: 0 when all is well, 1 when something is left to do. */
type Command = (args: string[]) => Promise<number>;

const COMMANDS: Readonly<Record<string, Command>> = { doctor, keys, redrive };

const HELP = `npm run orders -- <command>

  redrive   has Failed orders processed afresh
  keys      makes, lists and revokes the keys of those who may call
  doctor    looks for what is wrong, and mends it with --fix

Each says more with --help. They work on the local stack, or on the one that DATABASE_URL, QUEUE_URL and
DEAD_LETTER_QUEUE_URL name.`;

const [name = '--help', ...args] = process.argv.slice(2);
try {
  process.exitCode = await run();
} catch (error) {
  const expected = [UsageError, StackError, ConfigError, DatabaseError].some((kind) => error instanceof kind);
  const wrongOption = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  console.error(expected || wrongOption ? (error as Error).message : error);
  process.exitCode = 1;
}

async function run(): Promise<number> {
  if (name === '--help' || name === 'help') {
    console.log(HELP);
    return 0;
  }
  const command = COMMANDS[name];
  if (!command) throw new UsageError(`There is no command "${name}".\n\n${HELP}`);
  // What the commands build (the runtime, the SDK) reads the environment of the process.
  if (!args.includes('--help')) Object.assign(process.env, commandEnvironment(process.env));
  return command(args);
}
