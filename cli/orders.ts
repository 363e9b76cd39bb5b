import type { Command } from '../infra/command.ts';
import { asksForHelp, execute, main, report } from '../infra/run-command.ts';
import { UsageError } from '../infra/user-error.ts';

/** Commands are loaded on demand, because some import the SDKs or Serverless, which takes a second. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  create: async () => (await import('./api/create.ts')).create,
  get: async () => (await import('./api/get.ts')).get,
  amend: async () => (await import('./api/amend.ts')).amend,
  list: async () => (await import('./api/list.ts')).list,
  watch: async () => (await import('./api/watch.ts')).watch,
  history: async () => (await import('./api/history.ts')).history,
  cancel: async () => (await import('./api/cancel.ts')).cancel,
  signal: async () => (await import('./api/signal.ts')).signal,
  pause: async () => (await import('./api/processing.ts')).pause,
  resume: async () => (await import('./api/processing.ts')).resume,
  export: async () => (await import('./api/export.ts')).exportOrders,
  failures: async () => (await import('./api/failures.ts')).failures,
  'dead-letters': async () => (await import('./api/dead-letters.ts')).deadLetters,
  audit: async () => (await import('./api/audit.ts')).audit,
  redrive: async () => (await import('./redrive.ts')).redrive,
  erase: async () => (await import('./erase.ts')).erase,
  doctor: async () => (await import('./doctor/doctor.ts')).doctor,
  keys: async () => (await import('./keys.ts')).keys,
};

const HELP = `npm run orders -- <command>
npx orders <command>, which prints nothing else, so that its output can be piped

These commands use the API of the local stack, or the one at --url or ORDERS_URL, with the key in ORDERS_API_KEY:
  create         creates an order, or the orders of a file
  get            prints one order
  amend          changes values of an order that no worker has claimed yet
  list           lists orders, newest first, by status, cause, user, customer, metadata and time
  watch          follows one order until it is finished, or prints counts by status as they change
  history        prints what happened to one order, and who did it
  cancel         cancels orders that are not finished, one or many
  signal         sends a signal to an order whose processor waits for it
  pause, resume  pauses or resumes processing
  export         writes orders to a file, as JSON lines or CSV
  failures       counts the Failed orders by cause
  dead-letters   lists, resends and deletes dead letters
  audit          lists what operators did

These commands use the database and the queues in DATABASE_URL, QUEUE_URL and DEAD_LETTER_QUEUE_URL, or the local stack's:
  redrive        sends Failed orders back to be processed
  erase          erases a user or a customer from the finished orders
  doctor         checks for problems, and fixes them with --fix
  keys           creates, lists and revokes API keys

Each command prints its options with --help. The exit code is 0 if everything succeeded, 1 if something is left to do, and 2 if
the arguments are invalid.`;

/** `npm run orders`. Returns the exit code. */
export async function orders([name, ...args]: readonly string[]): Promise<number> {
  const load = Object.hasOwn(COMMANDS, name ?? '') && COMMANDS[name ?? ''];
  if (load) return execute(await load(), args);
  if (name === undefined || name === 'help' || asksForHelp([name])) {
    console.log(HELP);
    return 0;
  }
  return report(new UsageError(`Unknown command "${name}".`), 'orders');
}

await main(import.meta.filename, orders);
