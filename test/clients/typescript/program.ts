/** Uses the client that @hey-api/openapi-ts generated, and prints what it saw as one line of JSON. */

import { client } from './order-client/client.gen.js';
import { createOrder, getOrder, listOrders } from './order-client/index.js';

declare const process: { readonly argv: readonly string[] };

client.setConfig({ baseUrl: process.argv[2] ?? '' });
const order = { order_id: 'TS-1', user_id: 7, item_ids: [1, 2], total_amount: '19.99' };

const accepted = await createOrder({ body: order });
const again = await createOrder({ body: order });
const read = await getOrder({ path: { order_id: 'TS-1' }, query: { wait: 25 } });
const page = await listOrders({ query: { order_id_prefix: 'TS-' } });

console.log(
  JSON.stringify({
    accepted: accepted.data?.status_code,
    refused: again.error && 'code' in again.error ? again.error.code : again.error,
    status: read.data?.status,
    amount: read.data?.total_amount,
    listed: page.data?.orders.map(({ order_id }) => order_id),
  }),
);
