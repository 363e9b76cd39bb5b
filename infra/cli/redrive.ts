import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { RedriveRequest } from '../../lib/orders/redrive-orders.ts';
import type { FailedOrders } from '../../lib/orders/sql/redrive-orders.ts';
import { createRuntime } from '../../lib/runtime.ts';
import { ask, connectStage, STAGE_OPTIONS, type Stage } from './api/stage.ts';
import { printable } from './api/table.ts';
import { enterStack } from './environment.ts';
import { UsageError } from './usage-error.ts';

const HELP = `npm run orders -- redrive <order id …> | --cause <reason code> | --all

  --cause CODE    only orders that failed with this reason code
  --all           every Failed order
  --rate N        orders a second at most (default 100), so that what made them fail is not flooded
  --reason TEXT   why, for the history of each order
  --dry-run       only says which orders it would take
  --url URL       by the API there, with the key in ORDERS_API_KEY; by default ORDERS_URL, else on the database and the
                  queue themselves, of the local stack or of the one that DATABASE_URL and QUEUE_URL name
  --json          prints JSON

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
      ...STAGE_OPTIONS,
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

  const selection = {
    orderIds: positionals.length > 0 ? positionals : null,
    reasonCode: values.cause ?? null,
    reason: values.reason,
  };
  const redriver = (values.url ?? process.env.ORDERS_URL) ? overApi(connectStage(values)) : onStack();
  try {
    const ask = (limit: number, dryRun: boolean) => redriver.redrive({ ...selection, limit, dryRun });
    return await (values['dry-run'] ? preview(ask, values.json) : redriveAll(ask, rate, values.json));
  } finally {
    await redriver.close();
  }
}

type Ask = (limit: number, dryRun: boolean) => Promise<FailedOrders>;

/** Where orders are redriven. */
interface Redriver {
  redrive(request: Omit<RedriveRequest, 'actor' | 'owner'>): Promise<FailedOrders>;
  close(): Promise<void>;
}

function onStack(): Redriver {
  enterStack();
  const runtime = createRuntime(process.env);
  const actor = `operator ${userInfo().username}`;
  return {
    redrive: (request) => runtime.redriveOrders({ ...request, owner: null, actor }),
    close: () => runtime.close(),
  };
}

function overApi(stage: Stage): Redriver {
  return {
    redrive: async ({ orderIds, reasonCode, limit, dryRun, reason }) => {
      const body = {
        ...(orderIds && { order_ids: [...orderIds] }),
        ...(reasonCode !== null && { reason_code: reasonCode }),
        limit,
        dry_run: dryRun,
        reason,
      };
      const { data } = await ask(stage, stage.client.POST('/orders/redrive', { body }));
      return { redrivable: data.order_ids, capped: data.capped };
    },
    close: async () => {},
  };
}

async function preview(ask: Ask, json: boolean): Promise<number> {
  const { redrivable, capped } = await ask(PREVIEW, true);
  if (json) {
    console.log(JSON.stringify({ order_ids: redrivable, capped }));
    return 0;
  }
  for (const orderId of redrivable) console.log(printable(orderId));
  const more = redrivable.length === PREVIEW ? ' or more' : '';
  console.log(`${redrivable.length}${more} orders would be redriven${capsNote(capped)}.`);
  return 0;
}

async function redriveAll(ask: Ask, rate: number, json: boolean): Promise<number> {
  let total = 0;
  const limit = Math.min(PAGE, rate);
  for (;;) {
    const started = performance.now();
    const { redrivable, capped } = await ask(limit, false);
    total += redrivable.length;
    if (redrivable.length < limit) {
      console.log(json ? JSON.stringify({ redriven: total, capped }) : `Redrove ${total} orders${capsNote(capped)}.`);
      return capped > 0 ? 1 : 0;
    }
    console.error(`Redrove ${total} orders so far …`);
    await sleep(Math.max(0, (redrivable.length / rate) * 1_000 - (performance.now() - started)));
  }
}

function capsNote(capped: number): string {
  return capped > 0 ? `; ${capped} were left alone, having been redriven MAX_REDRIVES times already` : '';
}
