import type { Order } from '../../client/index.ts';
import { command } from '../../infra/command.ts';
import { FILTER_OPTIONS, filterOf, pagesOf } from './order-list.ts';
import { connectStage, STAGE_OPTIONS } from './stage.ts';
import { printList } from './table.ts';

const COLUMNS = {
  ORDER: 'order_id',
  STATUS: 'status',
  USER: 'user_id',
  AMOUNT: 'total_amount',
  CREATED: 'created_at',
  ATTEMPTS: 'attempts',
  REASON: 'reason_code',
} as const;

export const list = command({
  name: 'orders list',
  usage: ['[filters]'],
  does: 'Lists orders, newest first.',
  options: {
    ...FILTER_OPTIONS,
    limit: { type: 'integer', min: 1, max: 9_999_999, default: 20, help: 'the most orders to list' },
    ...STAGE_OPTIONS,
  },
  examples: [
    'npm run orders -- list --status Failed --reason-code timed_out',
    'npm run orders -- list --user 7 --limit 500 --json',
  ],
  async run(values) {
    const orders: Order[] = [];
    let mayHaveMore = false;
    for await (const page of pagesOf(connectStage(values), filterOf(values), values.limit)) {
      orders.push(...page.orders);
      // A page that ends after 1,000 orders that do not match has a next page, which may be empty.
      mayHaveMore = page.next !== null;
    }
    const hasOwners = orders.some(({ owner }) => owner !== '');
    const columns = hasOwners ? ({ OWNER: 'owner', ...COLUMNS } as const) : COLUMNS;
    printList(orders, values.json, 'No orders found.', columns);
    // Not on the standard output, which programs read.
    if (mayHaveMore) console.error(`There may be more orders. To list them, increase --limit (now ${values.limit}).`);
  },
});
