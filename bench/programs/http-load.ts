import autocannon from 'autocannon';
import type { HttpResult, HttpTask } from '../http/http.ts';
import { cpuOfOthers } from '../process-cpu.ts';
import { finish, readTask } from '../program.ts';
import { percentile } from '../statistics.ts';

/** autocannon replaces it with a unique id for each request. */
const ID = '[<id>]';

const { url, connections, warmUpSeconds, seconds, ordersPerSecond } = readTask<HttpTask>();

const milliseconds: number[] = [];
let failed = 0;
let cpuBefore = 0;

const options: autocannon.Options = {
  url,
  connections,
  duration: warmUpSeconds + seconds,
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ order_id: ID, user_id: 7, item_ids: [1, 2, 3], total_amount: 19.99 }),
  idReplacement: true,
  ...(ordersPerSecond && { overallRate: ordersPerSecond }),
  // Seconds; requests that wait longer are counted as errors.
  timeout: 30,
};
// The warm-up uses the same connections: opening a thousand at once is not what is measured.
const from = performance.now() + warmUpSeconds * 1_000;
setTimeout(() => {
  cpuBefore = cpuOfOthers();
}, warmUpSeconds * 1_000);
const { errors } = await new Promise<autocannon.Result>((resolve, reject) => {
  const load = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)));
  load.on('response', (_client, status, _bytes, took) => {
    if (performance.now() < from) return;
    if (status === 202) milliseconds.push(took);
    else failed += 1;
  });
});

finish({
  ordersPerSecond: milliseconds.length / seconds,
  p50: percentile(milliseconds, 50),
  p99: percentile(milliseconds, 99),
  failed: failed + errors,
  cpu: (cpuOfOthers() - cpuBefore) / milliseconds.length,
} satisfies HttpResult);
