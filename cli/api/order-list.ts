import type { Order, operations } from '../../client/index.ts';
import { UsageError } from '../../infra/user-error.ts';
import { ask, type Stage } from './stage.ts';

/** As many as one response contains. */
const PAGE = 100;

type Query = NonNullable<operations['listOrders']['parameters']['query']>;

export const FILTER_OPTIONS = {
  status: { type: 'string', value: 'STATUS', help: 'Pending, Processing, Waiting, Completed, Failed or Cancelled' },
  'id-prefix': { type: 'string', value: 'TEXT', help: 'orders whose id starts with this' },
  'reason-code': { type: 'string', value: 'CODE', help: 'orders with this reason code' },
  owner: { type: 'string', value: 'OWNER', help: 'of this owner' },
  user: { type: 'string', value: 'N', help: 'orders of this user_id' },
  'customer-ref': { type: 'string', value: 'TEXT', help: 'orders with this customer_ref' },
  metadata: { type: 'string', value: 'KEY=VALUE', help: 'orders with this value in their metadata' },
  'updated-from': { type: 'string', value: 'TIME', help: 'orders that changed at this time or later' },
  from: {
    type: 'string',
    value: 'TIME',
    help: 'created at this time or later; ISO 8601, such as 2026-01-31T00:00:00Z',
  },
  to: { type: 'string', value: 'TIME', help: 'created before this time' },
} as const;

type FilterValues = { readonly [Name in keyof typeof FILTER_OPTIONS]?: string | undefined };

type OrderFilter = Readonly<Record<string, string>>;

/** The service validates the values and reports what it accepts. */
export function filterOf(values: FilterValues): OrderFilter {
  const [, key, value] = /^([^=]*)=(.*)$/s.exec(values.metadata ?? '') ?? [];
  if (values.metadata !== undefined && key === undefined)
    throw new UsageError('--metadata must look like channel=web.');
  const named = {
    status: values.status,
    order_id_prefix: values['id-prefix'],
    reason_code: values['reason-code'],
    owner: values.owner,
    user_id: values.user,
    customer_ref: values['customer-ref'],
    [`metadata[${encodeURIComponent(key ?? '')}]`]: value,
    updated_from: values['updated-from'],
    created_from: values.from,
    created_to: values.to,
  };
  return Object.fromEntries(Object.entries(named).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

export interface OrderPage {
  readonly orders: readonly Order[];
  /** The start of the next page, which may be empty; null if there is none. */
  readonly next: string | null;
}

/**
 * The orders page by page, newest first: always at least one page, which may be empty.
 * @param limit the most orders in total
 * @param cursor where to start
 */
export async function* pagesOf(
  stage: Stage,
  filter: OrderFilter,
  limit = Number.POSITIVE_INFINITY,
  cursor: string | null = null,
): AsyncGenerator<OrderPage> {
  let found = 0;
  let next = cursor;
  do {
    const query = { ...filter, limit: Math.min(PAGE, limit - found), ...(next !== null && { cursor: next }) };
    const page = await ask(stage, stage.client.GET('/orders', { params: { query: query as unknown as Query } }));
    found += page.orders.length;
    next = page.next_cursor;
    yield { orders: page.orders, next };
    if (next !== null && process.stderr.isTTY) process.stderr.write(`\r${found} orders …`);
  } while (next !== null && found < limit);
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
}
