import autocannon from 'autocannon';
import type { HttpFinding, HttpTask } from '../http/http.ts';
import { finish, readTask } from '../program.ts';

/** What autocannon replaces by an id of its own for each request. */
const ID = '[<id>]';

const { url, connections, warmUpSeconds, seconds } = readTask<HttpTask>();

function load(duration: number): Promise<autocannon.Result> {
  return autocannon({
    url,
    connections,
    duration,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ order_id: ID, user_id: 7, item_ids: [1, 2, 3], total_amount: 19.99 }),
    idReplacement: true,
    // Seconds; those who wait longer are counted as errors.
    timeout: 30,
  });
}

await load(warmUpSeconds);
const result = await load(seconds);
finish({
  ordersPerSecond: result['2xx'] / result.duration,
  p50: result.latency.p50,
  p99: result.latency.p99,
  failed: result.non2xx + result.errors,
} satisfies HttpFinding);
