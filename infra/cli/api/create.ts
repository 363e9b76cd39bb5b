import { parseArgs } from 'node:util';
import type { NewOrder } from '../../../client/index.ts';
import { UsageError } from '../usage-error.ts';
import { type FileOrder, readOrderFile } from './order-file.ts';
import { ask, connectStage, STAGE_HELP, STAGE_OPTIONS, type Stage, StageError } from './stage.ts';

const HELP = `npm run orders -- create <order id> --user N [--items N,N,…] --amount X
npm run orders -- create --file FILE [--concurrency N]

  --user N          user_id
  --items N,N,…     item_ids; none when it is left out
  --amount X        total_amount, kept exactly
  --file FILE       an order a line, as JSON; - is the standard input. Those that are refused are named, the rest is created
  --concurrency N   requests at a time, 1 to 256 (default 16)
${STAGE_HELP}

Examples
  npm run orders -- create ORD-1 --user 7 --items 1,2 --amount 19.99
  npm run orders -- create --file orders.jsonl`;

const OPTIONS = {
  ...STAGE_OPTIONS,
  user: { type: 'string' },
  items: { type: 'string', default: '' },
  amount: { type: 'string' },
  file: { type: 'string' },
  concurrency: { type: 'string', default: '16' },
} as const;

/** Milliseconds between two lines of progress. */
const PROGRESS_MS = 1_000;

/** `npm run orders -- create`: one order, or those of a file. Exits with 1 when any was refused. */
export async function create(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if ((values.file === undefined) === (positionals.length === 0) || positionals.length > 1)
    throw new UsageError(`Say which order, or --file.\n\n${HELP}`);
  const stage = connectStage(values);
  if (values.file !== undefined)
    return createAll(stage, readOrderFile(values.file), concurrencyOf(values.concurrency), values.json);

  const order = {
    order_id: positionals[0] ?? '',
    user_id: required('--user', values.user),
    item_ids: values.items.split(',').filter((item) => item !== ''),
    total_amount: required('--amount', values.amount),
  };
  const answer = await ask(stage, stage.client.POST('/orders', { body: order }));
  console.log(values.json ? JSON.stringify(answer) : answer.message);
  return 0;
}

function required(option: string, value: string | undefined): string {
  if (value === undefined) throw new UsageError(`${option} is missing.\n\n${HELP}`);
  return value;
}

function concurrencyOf(text: string): number {
  const concurrency = Number(text);
  if (/^\d{1,3}$/.test(text) && concurrency >= 1 && concurrency <= 256) return concurrency;
  throw new UsageError('--concurrency must be a whole number from 1 to 256.');
}

interface Tally {
  accepted: number;
  refused: number;
}

/**
 * Each order by a request of its own, since only that has an Idempotency-Key: the client repeats it after a 503 without
 * having its own earlier try refuse it.
 */
async function createAll(
  stage: Stage,
  orders: AsyncGenerator<FileOrder>,
  concurrency: number,
  json: boolean,
): Promise<number> {
  const tally: Tally = { accepted: 0, refused: 0 };
  const progress = setInterval(
    () => console.error(`${tally.accepted} accepted, ${tally.refused} refused …`),
    PROGRESS_MS,
  );
  const sender = async () => {
    for await (const { line, order } of orders) await createOne(stage, line, order, tally);
  };
  try {
    // An async generator queues the calls of next, so that each line goes to one of them.
    await Promise.all(Array.from({ length: concurrency }, sender));
  } catch (error) {
    if (tally.accepted + tally.refused > 0)
      console.error(`Stopped, with ${tally.accepted} accepted and ${tally.refused} refused.`);
    throw error;
  } finally {
    clearInterval(progress);
  }
  console.log(json ? JSON.stringify(tally) : `${tally.accepted} accepted, ${tally.refused} refused.`);
  return tally.refused > 0 ? 1 : 0;
}

async function createOne(stage: Stage, line: number, order: NewOrder, tally: Tally): Promise<void> {
  try {
    await ask(stage, stage.client.POST('/orders', { body: order }));
    tally.accepted += 1;
  } catch (error) {
    if (!(error instanceof StageError) || !error.refused) throw error;
    tally.refused += 1;
    console.error(`line ${line}: ${error.message}`);
  }
}
