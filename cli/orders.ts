import { asksForHelp, type Command, execute, main, report } from '../infra/command.ts';
import { UsageError } from '../infra/command-error.ts';

/** Each is loaded when it is needed: some bring the SDKs or Serverless with them, which take a second. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
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

Through the API, of the local stack or at --url or ORDERS_URL, with the key in ORDERS_API_KEY:
  create         an order, or those of a file
  get            one order
  list           orders, the newest first, by status, user and time
  watch          counts by status, as they change
  history        every change of state of one order
  cancel         an order that no worker has claimed yet
  pause, resume  processing

On the database and the queues, of the local stack or those that DATABASE_URL, QUEUE_URL and DEAD_LETTER_QUEUE_URL name:
  redrive        sends Failed orders back to be processed
  doctor         looks for what is wrong, and fixes it with --fix
  keys           creates, lists and revokes API keys

Each prints its options with --help. The exit code is 0 when all was done, 1 when something is left to do, and 2 when the
arguments are wrong.`;

/** `npm run orders`. Returns the exit code. */
export async function orders([name, ...args]: readonly string[]): Promise<number> {
  const load = Object.hasOwn(COMMANDS, name ?? '') && COMMANDS[name ?? ''];
  if (load) return execute(await load(), args);
  if (name === undefined || name === 'help' || asksForHelp([name])) {
    console.log(HELP);
    return 0;
  }
  return report(new UsageError(`There is no command "${name}".`), 'orders');
}

await main(import.meta.filename, orders);
