import type { NewOrder } from '../../client/index.ts';
import { command } from '../../infra/command.ts';
import { printableJson, printableLines } from '../../infra/printable.ts';
import { UsageError } from '../../infra/user-error.ts';
import { jsonArgument } from './json-argument.ts';
import { type FileOrder, readOrderFile } from './order-file.ts';
import { ask, connectStage, STAGE_OPTIONS, type Stage, StageError } from './stage.ts';

/** Milliseconds between two lines of progress. */
const PROGRESS_MS = 1_000;

const NOT_METADATA = `--metadata is not JSON. It must look like '{"channel":"web"}'.`;

export const create = command({
  name: 'orders create',
  usage: [
    '<order id> --user N [--items N,N,…] --amount X [--currency CODE] [--customer-ref TEXT] [--process-after TIME] [--metadata JSON]',
    '--file FILE [--concurrency N]',
  ],
  does: 'Creates an order, or the orders of a file. The exit code is 1 if any order was rejected.',
  options: {
    user: { type: 'string', value: 'N', help: 'user_id' },
    items: { type: 'string', value: 'N,N,…', default: '', help: 'item_ids; none by default' },
    amount: { type: 'string', value: 'X', help: 'total_amount, stored exactly' },
    currency: { type: 'string', value: 'CODE', help: 'ISO 4217 code, such as EUR' },
    'customer-ref': { type: 'string', value: 'TEXT', help: 'customer_ref' },
    'process-after': {
      type: 'string',
      value: 'TIME',
      help: 'not processed before this time; ISO 8601, such as 2026-01-31T00:00:00Z',
    },
    metadata: { type: 'string', value: 'JSON', help: 'an object of strings' },
    file: {
      type: 'string',
      value: 'FILE',
      help: 'one order per line, as JSON; - is the standard input. Rejected orders are listed, the others are created',
    },
    concurrency: { type: 'integer', min: 1, max: 256, default: 16, help: 'concurrent requests, with --file' },
    ...STAGE_OPTIONS,
  },
  positionals: { name: 'order id', min: 0, max: 1 },
  examples: [
    'npm run orders -- create ORD-1 --user 7 --items 1,2 --amount 19.99',
    `npm run orders -- create ORD-2 --user 7 --amount 5 --currency EUR --metadata '{"channel":"web"}'`,
    'npm run orders -- create --file orders.jsonl',
  ],
  async run(values, [orderId]) {
    if (values.file !== undefined && orderId === undefined)
      return createAll(connectStage(values), readOrderFile(values.file), values.concurrency, values.json);
    if (orderId === undefined || values.file !== undefined) throw new UsageError('Give either an order id or --file.');
    const order = {
      order_id: orderId,
      user_id: required('--user', values.user),
      item_ids: values.items.split(',').filter((item) => item !== ''),
      total_amount: required('--amount', values.amount),
      ...(values.currency !== undefined && { currency: values.currency }),
      ...(values['customer-ref'] !== undefined && { customer_ref: values['customer-ref'] }),
      ...(values['process-after'] !== undefined && { process_after: values['process-after'] }),
      ...(values.metadata !== undefined && {
        metadata: jsonArgument<Record<string, string>>(values.metadata, NOT_METADATA),
      }),
    };
    const stage = connectStage(values);
    const result = await ask(stage, stage.client.POST('/orders', { body: order }));
    console.log(values.json ? printableJson(result) : printableLines(result.message));
  },
});

function required(option: string, value: string | undefined): string {
  if (value === undefined) throw new UsageError(`Missing ${option}.`);
  return value;
}

interface Tally {
  accepted: number;
  refused: number;
}

/**
 * Sends one request per order, because only that supports an Idempotency-Key: the client can retry after a 503 without
 * getting "already exists" for its own earlier attempt.
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
    // An async generator queues calls of next, so that each line goes to one of the concurrent loops.
    await Promise.all(Array.from({ length: concurrency }, sender));
  } catch (error) {
    if (tally.accepted + tally.refused > 0)
      console.error(`Stopped, with ${tally.accepted} accepted and ${tally.refused} refused.`);
    throw error;
  } finally {
    clearInterval(progress);
  }
  console.log(json ? printableJson(tally) : `${tally.accepted} accepted, ${tally.refused} refused.`);
  return tally.refused > 0 ? 1 : 0;
}

async function createOne(stage: Stage, line: number, order: NewOrder, tally: Tally): Promise<void> {
  try {
    await ask(stage, stage.client.POST('/orders', { body: order }));
    tally.accepted += 1;
  } catch (error) {
    if (!(error instanceof StageError) || !error.refused) throw error;
    tally.refused += 1;
    console.error(printableLines(`line ${line}: ${error.message}`));
  }
}
