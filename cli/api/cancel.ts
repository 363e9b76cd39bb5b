import type { Order } from '../../client/index.ts';
import { command } from '../../infra/command.ts';
import { printable, printableJson } from '../../infra/printable.ts';
import { UsageError } from '../../infra/user-error.ts';
import { chunksOf } from './chunks-of.ts';
import { FILTER_OPTIONS, filterOf, pagesOf } from './order-list.ts';
import { ask, connectStage, paramsOf, STAGE_OPTIONS, type Stage } from './stage.ts';

/** Orders per request: they share a commit and its locks. */
const PAGE = 100;

export const cancel = command({
  name: 'orders cancel',
  usage: ['<order id …> [--owner OWNER] [--reason TEXT]', '--all [filters] [--dry-run]'],
  does: `Cancels an order: one that is being processed, or has steps to undo, is Cancelled later. With --all, it cancels all
Pending and Waiting orders that the filters select. The exit code is 1 if an order could not be cancelled.`,
  options: {
    all: { type: 'boolean', help: 'all Pending and Waiting orders that the filters select' },
    ...FILTER_OPTIONS,
    reason: {
      type: 'string',
      value: 'TEXT',
      default: 'cancelled by an operator',
      help: 'why, for the history of the orders',
    },
    'dry-run': { type: 'boolean', help: 'only prints which orders it would cancel' },
    ...STAGE_OPTIONS,
  },
  positionals: { name: 'order id', min: 0, max: Number.POSITIVE_INFINITY },
  examples: [
    'npm run orders -- cancel ORD-1 --reason "the customer called"',
    'npm run orders -- cancel --all --user 7 --dry-run',
  ],
  async run({ all, reason, 'dry-run': dryRun, json, url, ...filters }, orderIds) {
    const stage = connectStage({ url });
    const { owner, ...others } = filterOf(filters);
    if (all ? orderIds.length > 0 : orderIds.length === 0) throw new UsageError('Specify either order ids or --all.');
    if (!all && Object.keys(others).length > 0) throw new UsageError('Filters select orders only with --all.');
    const [orderId = ''] = orderIds;
    if (orderIds.length === 1 && !dryRun) {
      const asking = stage.client.POST('/orders/{order_id}/cancel', {
        params: paramsOf(orderId, { owner }),
        body: { reason },
      });
      const order = await ask(stage, asking, orderId);
      console.log(json ? printableJson(order) : describe(order));
      return 0;
    }
    const names = all ? await select(stage, filterOf(filters)) : orderIds.map((id) => ({ order_id: id, owner }));
    return cancelAll(stage, names, { reason, dry_run: dryRun }, json);
  },
});

interface Name {
  readonly order_id: string;
  /** Undefined for any. */
  readonly owner: string | undefined;
}

async function select(stage: Stage, filter: Readonly<Record<string, string>>): Promise<Name[]> {
  const statuses = filter.status === undefined ? ['Pending', 'Waiting'] : [filter.status];
  const names: Name[] = [];
  for (const status of statuses)
    for await (const { orders } of pagesOf(stage, { ...filter, status }))
      names.push(...orders.map(({ order_id, owner }) => ({ order_id, owner: owner || undefined })));
  return names;
}

async function cancelAll(
  stage: Stage,
  names: readonly Name[],
  change: { reason: string; dry_run: boolean },
  json: boolean,
): Promise<number> {
  const done: Name[] = [];
  let later = 0;
  const leftAlone: { order_id: string; status?: string }[] = [];
  for (const [owner, orders] of Map.groupBy(names, (name) => name.owner))
    for (const chunk of chunksOf(orders, PAGE)) {
      const body = { order_ids: chunk.map((name) => name.order_id), ...(owner !== undefined && { owner }), ...change };
      const { data } = await ask(stage, stage.client.POST('/orders/cancel', { body }));
      done.push(...data.orders);
      later += data.cancelling;
      leftAlone.push(...data.left_alone, ...data.unknown.map((order_id) => ({ order_id })));
    }
  const isDryRun = change.dry_run;
  if (json) console.log(printableJson({ cancelled: done, left_alone: leftAlone }));
  else {
    if (isDryRun) for (const { order_id } of done) console.log(printable(order_id));
    console.log(
      isDryRun ? `${counted(done.length)} would be cancelled.` : `Cancelled ${counted(done.length - later)}.`,
    );
    if (later > 0)
      console.log(`Will be Cancelled later: ${counted(later)} that a worker has, or whose steps are undone first.`);
    for (const { order_id: id, status } of leftAlone)
      console.error(`Not cancelled: ${printable(id)}. It ${status === undefined ? 'does not exist' : `is ${status}`}.`);
  }
  return leftAlone.length > 0 ? 1 : 0;
}

const counted = (orders: number) => (orders === 1 ? '1 order' : `${orders} orders`);

function describe({ order_id, status, ends_as }: Pick<Order, 'order_id' | 'status' | 'ends_as'>): string {
  const later = ends_as ? 'It is Cancelled once its steps are undone' : 'It stops after the step that is running';
  return `${printable(order_id)} is ${status}.${status === 'Cancelled' ? '' : ` ${later}.`}`;
}
