import { setTimeout as sleep } from 'node:timers/promises';
import { command } from '../infra/command.ts';
import { readAwsSettings } from '../infra/local/stack/aws-settings.ts';
import { enterStack } from '../infra/local/stack/enter-stack.ts';
import { printable, printableJson } from '../infra/printable.ts';
import { UsageError, UserError } from '../infra/user-error.ts';
import { orderKey, parseKey } from '../lib/order-key.ts';
import type { Status } from '../lib/orders/order.ts';
import type { RedriveRequest } from '../lib/orders/redrive-orders.ts';
import { AmbiguousOrder } from '../lib/orders/sql/find-owners.ts';
import type { FailedOrders } from '../lib/orders/sql/redrive-orders.ts';
import { createApi } from '../lib/runtime/api.ts';
import { connect } from '../lib/runtime/connections.ts';
import { ask, connectStage, paramsOf, STAGE_OPTIONS, type Stage, StageError } from './api/stage.ts';
import { operator } from './operator.ts';

/** Orders per commit: few enough to lock little and to spread the rate evenly. */
const PAGE = 100;

/** The most orders that a preview lists, which is more than anyone reads. */
const PREVIEW = 1_000;

export const redrive = command({
  name: 'orders redrive',
  usage: ['<order id …> | --cause CODE | --all [--owner OWNER]'],
  does: 'Redrives Failed orders: sends them back to be processed. The exit code is 1 if any order was skipped.',
  options: {
    cause: { type: 'string', value: 'CODE', help: 'only orders that failed with this reason code' },
    all: { type: 'boolean', help: 'every Failed order' },
    owner: { type: 'string', value: 'OWNER', help: 'only orders of this owner' },
    rate: {
      type: 'integer',
      min: 1,
      max: 10_000,
      default: 100,
      help: 'the most orders per second, to avoid overloading the system that made them fail',
    },
    reason: {
      type: 'string',
      value: 'TEXT',
      default: 'redriven by an operator',
      help: 'why, for the history of each order',
    },
    'new-run': {
      type: 'boolean',
      help: 'starts a new run: new idempotency keys, so that effects which were undone happen again',
    },
    'dry-run': { type: 'boolean', help: 'only prints which orders it would redrive' },
    json: STAGE_OPTIONS.json,
    url: {
      ...STAGE_OPTIONS.url,
      help: `redrives through this API, with the key in ORDERS_API_KEY; by default ORDERS_URL, otherwise directly on the
database and the queue: those in DATABASE_URL and QUEUE_URL, or the local stack's`,
    },
  },
  positionals: { name: 'order id', min: 0, max: Number.POSITIVE_INFINITY },
  examples: [
    'npm run orders -- redrive ORD-7 ORD-9 --reason "card service is back"',
    'npm run orders -- redrive --cause timed_out --rate 20',
    'npm run orders -- redrive --all --dry-run',
  ],
  async run(values, orderIds) {
    const ways = [orderIds.length > 0, values.cause !== undefined, values.all].filter(Boolean);
    if (ways.length !== 1) throw new UsageError('Specify order ids, --cause or --all.');
    const selection = {
      orderIds: orderIds.length > 0 ? orderIds : null,
      reasonCode: values.cause ?? null,
      owner: values.owner ?? null,
      reason: values.reason,
      newRun: values['new-run'],
    };
    const redriver = (values.url ?? process.env.ORDERS_URL) ? overApi(connectStage(values)) : await onStack();
    try {
      if (values['dry-run']) return await preview(redriver, selection, values.json);
      return await redriveAll(redriver, selection, values.rate, values.json);
    } finally {
      await redriver.close();
    }
  },
});

type Selection = Pick<RedriveRequest, 'orderIds' | 'reasonCode' | 'owner' | 'reason' | 'newRun'>;

/** The target of a redrive: an API, or a database and a queue. */
interface Redriver {
  redrive(request: Omit<RedriveRequest, 'actor'>): Promise<FailedOrders>;
  /** Undefined for an order that does not exist. @throws StageError if the key may not read it */
  statusOf(orderId: string, owner: string | null): Promise<Status | undefined>;
  close(): Promise<void>;
}

async function onStack(): Promise<Redriver> {
  enterStack();
  await readAwsSettings();
  const api = createApi(connect(process.env));
  const actor = `operator ${operator()}`;
  return {
    redrive: (request) =>
      api.redriveOrders({ ...request, actor }).catch((error: unknown) => {
        throw error instanceof AmbiguousOrder ? new UserError(`${error.message} Add --owner.`) : error;
      }),
    statusOf: async (orderId, owner) => (await api.readOrder(orderId, owner))?.status,
    close: () => api.close(),
  };
}

function overApi(stage: Stage): Redriver {
  return {
    redrive: async ({ orderIds, reasonCode, owner, after, limit, dryRun, newRun, reason }) => {
      const last = after === null ? null : parseKey(after);
      const body = {
        ...(orderIds === null && reasonCode === null && { all: true as const }),
        ...(orderIds && { order_ids: [...orderIds] }),
        ...(reasonCode !== null && { reason_code: reasonCode }),
        ...(owner !== null && { owner }),
        ...(last !== null && { after: last.orderId }),
        ...(last !== null && last.owner !== '' && { after_owner: last.owner }),
        limit,
        new_run: newRun,
        dry_run: dryRun,
        reason,
      };
      const { data } = await ask(stage, stage.client.POST('/orders/redrive', { body }));
      const redrivable = data.orders.map(({ order_id: orderId, owner }) => orderKey({ orderId, owner }));
      return { redrivable, capped: data.capped };
    },
    statusOf: async (orderId, owner) => {
      const params = paramsOf(orderId, { owner: owner ?? undefined });
      const asking = stage.client.GET('/orders/{order_id}', { params });
      const isUnknown = await asking.then(
        ({ response }) => response.status === 404,
        () => false,
      );
      return isUnknown ? undefined : (await ask(stage, asking)).status;
    },
    close: async () => {},
  };
}

async function preview(redriver: Redriver, selection: Selection, json: boolean): Promise<number> {
  const { redrivable, capped } = await redriver.redrive({ ...selection, after: null, limit: PREVIEW, dryRun: true });
  if (json) {
    const orders = redrivable.map(parseKey).map(({ orderId, owner }) => ({ order_id: orderId, owner }));
    console.log(printableJson({ order_ids: orders.map(({ order_id }) => order_id), orders, capped }));
    return 0;
  }
  for (const { orderId, owner } of redrivable.map(parseKey))
    console.log(printable(owner === '' ? orderId : `${orderId} (of ${owner})`));
  const more = redrivable.length === PREVIEW ? ' or more' : '';
  console.log(`${redrivable.length}${more} orders would be redriven${capsNote(capped)}.`);
  return 0;
}

/** Goes through the orders once, by id, so that an order that fails again in the meantime is not redriven twice. */
async function redriveAll(redriver: Redriver, selection: Selection, rate: number, json: boolean): Promise<number> {
  const redriven: string[] = [];
  const limit = Math.min(PAGE, rate);
  let capped: number | undefined;
  for (;;) {
    const started = performance.now();
    const page = await redriver.redrive({ ...selection, after: redriven.at(-1) ?? null, limit, dryRun: false });
    redriven.push(...page.redrivable);
    // The first page has the count for all pages.
    capped ??= page.capped;
    if (page.redrivable.length < limit) break;
    console.error(`Redrove ${redriven.length} orders so far …`);
    await sleep(Math.max(0, (limit / rate) * 1_000 - (performance.now() - started)));
  }
  const redrivenIds = new Set(redriven.map((key) => parseKey(key).orderId));
  const leftAlone = [...new Set(selection.orderIds)].filter((orderId) => !redrivenIds.has(orderId));
  if (json) console.log(printableJson({ redriven: redriven.length, capped, left_alone: leftAlone }));
  else {
    console.log(`Redrove ${redriven.length} orders${capsNote(capped)}.`);
    for (const orderId of leftAlone)
      console.error(`Not redriven: ${printable(orderId)}. It ${await reasonOf(redriver, orderId, selection.owner)}.`);
  }
  return capped + leftAlone.length > 0 ? 1 : 0;
}

async function reasonOf(redriver: Redriver, orderId: string, owner: string | null): Promise<string> {
  try {
    const status = await redriver.statusOf(orderId, owner);
    if (status === undefined) return 'does not exist';
    return status === 'Failed' ? 'has reached the redrive limit (MAX_REDRIVES)' : `is ${status}, not Failed`;
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return 'does not exist, is not Failed, or has reached the redrive limit (MAX_REDRIVES)';
  }
}

function capsNote(capped: number): string {
  return capped > 0 ? `; ${capped} were skipped because they have reached the redrive limit (MAX_REDRIVES)` : '';
}
