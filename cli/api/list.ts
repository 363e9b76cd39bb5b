import type { Order } from '../../client/index.ts';
import { command } from '../../infra/command.ts';
import { printableJson } from '../../infra/printable.ts';
import { FILTER_OPTIONS, filterOf, pagesOf } from './order-list.ts';
import { connectStage, STAGE_OPTIONS } from './stage.ts';
import { orderTable } from './table.ts';

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
    if (values.json) console.log(printableJson(orders));
    else console.log(orders.length > 0 ? orderTable(orders) : 'No orders found.');
    // Not on the standard output, which programs read.
    if (mayHaveMore) console.error(`There may be more orders. To list them, increase --limit (now ${values.limit}).`);
  },
});
