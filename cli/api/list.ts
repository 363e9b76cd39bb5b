import type { Order, operations } from '../../client/index.ts';
import { command } from '../../infra/command.ts';
import { printableJson } from '../../infra/printable.ts';
import { ask, connectStage, STAGE_OPTIONS, type Stage } from './stage.ts';
import { orderTable } from './table.ts';

/** As many as one response contains. */
const PAGE = 100;

type Query = NonNullable<operations['listOrders']['parameters']['query']>;

export const list = command({
  name: 'orders list',
  usage: ['[filters]'],
  does: 'Lists orders, newest first.',
  options: {
    status: { type: 'string', value: 'STATUS', help: 'Pending, Processing, Waiting, Completed, Failed or Cancelled' },
    'reason-code': { type: 'string', value: 'CODE', help: 'orders with this reason code' },
    owner: { type: 'string', value: 'OWNER', help: 'of this owner' },
    user: { type: 'string', value: 'N', help: 'orders of this user_id' },
    from: {
      type: 'string',
      value: 'TIME',
      help: 'created at this time or later; ISO 8601, such as 2026-01-31T00:00:00Z',
    },
    to: { type: 'string', value: 'TIME', help: 'created before this time' },
    limit: { type: 'integer', min: 1, max: 9_999_999, default: 20, help: 'the most orders to list' },
    ...STAGE_OPTIONS,
  },
  examples: [
    'npm run orders -- list --status Failed --reason-code timed_out',
    'npm run orders -- list --user 7 --limit 500 --json',
  ],
  async run(values) {
    // The service validates the values and reports what it accepts.
    const filter = {
      ...(values.status !== undefined && { status: values.status }),
      ...(values['reason-code'] !== undefined && { reason_code: values['reason-code'] }),
      ...(values.owner !== undefined && { owner: values.owner }),
      ...(values.user !== undefined && { user_id: values.user }),
      ...(values.from !== undefined && { created_from: values.from }),
      ...(values.to !== undefined && { created_to: values.to }),
    } as unknown as Query;
    const { orders, mayHaveMore } = await readPages(connectStage(values), filter, values.limit);
    if (values.json) console.log(printableJson(orders));
    else console.log(orders.length > 0 ? orderTable(orders) : 'No orders found.');
    // Not on the standard output, which programs read.
    if (mayHaveMore) console.error(`There may be more orders. To list them, increase --limit (now ${values.limit}).`);
  },
});

async function readPages(stage: Stage, filter: Query, limit: number) {
  const orders: Order[] = [];
  let cursor: string | null = null;
  do {
    const query: Query = {
      ...filter,
      limit: Math.min(PAGE, limit - orders.length),
      ...(cursor !== null && { cursor }),
    };
    const page = await ask(stage, stage.client.GET('/orders', { params: { query } }));
    orders.push(...page.orders);
    cursor = page.next_cursor;
    if (cursor !== null && process.stderr.isTTY) process.stderr.write(`\r${orders.length} orders …`);
  } while (cursor !== null && orders.length < limit);
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  // A page that ends after 1,000 orders that do not match has a next page, which may be empty.
  return { orders, mayHaveMore: cursor !== null };
}
