import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { RedriveRequest } from '../../lib/orders/redrive-orders.ts';
import { createRuntime, type Runtime } from '../../lib/runtime.ts';
import { UsageError } from './usage-error.ts';

const HELP = `npm run orders -- redrive <order id …> | --cause <reason code> | --all

  --cause CODE    only orders that failed with this reason code
  --all           every Failed order
  --rate N        orders a second at most (default 100), so that what made them fail is not flooded
  --reason TEXT   why, for the history of each order
  --dry-run       only says which orders it would take

Examples
  npm run orders -- redrive ORD-7 ORD-9 --reason "card service is back"
  npm run orders -- redrive --cause timed_out --rate 20
  npm run orders -- redrive --all --dry-run`;

/** Orders a commit: small enough to lock little, and to keep to the rate evenly. */
const PAGE = 100;

/** A preview lists this many, which is more than anyone reads. */
const PREVIEW = 1_000;

export async function redrive(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      cause: { type: 'string' },
      all: { type: 'boolean', default: false },
      rate: { type: 'string', default: '100' },
      reason: { type: 'string', default: 'redriven by an operator' },
      'dry-run': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const ways = [positionals.length > 0, values.cause !== undefined, values.all].filter(Boolean);
  if (ways.length !== 1) throw new UsageError(`Say which orders: ids, or --cause, or --all.\n\n${HELP}`);
  const rate = Number(values.rate);
  if (!/^\d+$/.test(values.rate) || rate < 1 || rate > 10_000)
    throw new UsageError('--rate must be a whole number from 1 to 10000, in orders a second.');

  const runtime = createRuntime(process.env);
  const request = {
    orderIds: positionals.length > 0 ? positionals : null,
    reasonCode: values.cause ?? null,
    owner: null,
    actor: `operator ${userInfo().username}`,
    reason: values.reason,
  };
  try {
    return await (values['dry-run'] ? preview(runtime, request) : redriveAll(runtime, request, rate));
  } finally {
    await runtime.close();
  }
}

type Selection = Omit<RedriveRequest, 'limit' | 'dryRun'>;

async function preview(runtime: Runtime, selection: Selection): Promise<number> {
  const { redrivable, capped } = await runtime.redriveOrders({ ...selection, limit: PREVIEW, dryRun: true });
  for (const orderId of redrivable) console.log(orderId);
  const more = redrivable.length === PREVIEW ? ' or more' : '';
  console.log(`${redrivable.length}${more} orders would be redriven${capsNote(capped)}.`);
  return 0;
}

async function redriveAll(runtime: Runtime, selection: Selection, rate: number): Promise<number> {
  let total = 0;
  const limit = Math.min(PAGE, rate);
  for (;;) {
    const started = performance.now();
    const { redrivable, capped } = await runtime.redriveOrders({ ...selection, limit, dryRun: false });
    total += redrivable.length;
    if (redrivable.length < limit) {
      console.log(`Redrove ${total} orders${capsNote(capped)}.`);
      return capped > 0 ? 1 : 0;
    }
    console.log(`Redrove ${total} orders so far …`);
    await sleep(Math.max(0, (redrivable.length / rate) * 1_000 - (performance.now() - started)));
  }
}

function capsNote(capped: number): string {
  return capped > 0 ? `; ${capped} were left alone, having been redriven MAX_REDRIVES times already` : '';
}
