import { parseArgs } from 'node:util';
import type { Order, operations } from '../../../client/index.ts';
import { UsageError } from '../usage-error.ts';
import { ask, connectStage, STAGE_HELP, STAGE_OPTIONS, type Stage } from './stage.ts';
import { orderTable } from './table.ts';

const HELP = `npm run orders -- list [filters]

Orders, the newest first.

  --status STATUS    Pending, Processing, Completed, Failed or Cancelled
  --user N           of this user_id
  --from T --to T    created in this range; ISO 8601, such as 2026-01-31T00:00:00Z
  --limit N          how many at most (default 20)
${STAGE_HELP}

Examples
  npm run orders -- list --status Failed
  npm run orders -- list --user 7 --limit 500 --json`;

/** As many as one request answers. */
const PAGE = 100;

type Query = NonNullable<operations['listOrders']['parameters']['query']>;

/** `npm run orders -- list`. */
export async function list(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...STAGE_OPTIONS,
      status: { type: 'string' },
      user: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      limit: { type: 'string', default: '20' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (positionals.length > 0) throw new UsageError(`It takes no "${positionals[0]}".\n\n${HELP}`);
  const limit = Number(values.limit);
  if (!/^\d{1,7}$/.test(values.limit) || limit < 1)
    throw new UsageError('--limit must be a whole number from 1 to 9999999.');
  // The service checks the values, and says what is allowed.
  const filter = {
    ...(values.status !== undefined && { status: values.status }),
    ...(values.user !== undefined && { user_id: values.user }),
    ...(values.from !== undefined && { created_from: values.from }),
    ...(values.to !== undefined && { created_to: values.to }),
  } as unknown as Query;
  const orders = await readPages(connectStage(values), filter, limit);
  if (values.json) console.log(JSON.stringify(orders));
  else console.log(orders.length > 0 ? orderTable(orders) : 'There are no such orders.');
  return 0;
}

async function readPages(stage: Stage, filter: Query, limit: number): Promise<Order[]> {
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
  return orders;
}
