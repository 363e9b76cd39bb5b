import { command } from '../infra/command.ts';
import { readStackSettings } from '../infra/local/stack/settings.ts';
import { readStackFile } from '../infra/local/stack/stack-file.ts';
import { execute, main } from '../infra/run-command.ts';
import { UsageError, UserError } from '../infra/user-error.ts';
import { settledIn, waitForCompletion } from './completion.ts';
import type { Exchange } from './http-exchange.ts';
import { OrderBackend } from './order-backend.ts';
import { Progress } from './progress.ts';
import { report } from './report.ts';

/** The ephemeral ports of one client address end near 28,000 on Linux, and each order has its own connection. */
const MAX_ORDERS = 20_000;

export const load = command({
  name: 'load',
  usage: ['[options]'],
  does: `Posts orders at once, each on its own connection, and follows each until it is Completed. The exit code is 0 if all were
accepted and completed.`,
  options: {
    orders: { type: 'integer', min: 1, max: MAX_ORDERS, default: 1_000, help: 'orders posted at once' },
    // How long the clients of the replaced service wait.
    timeout: {
      type: 'integer',
      min: 1,
      max: 600,
      default: 5,
      help: 'seconds until the response to each must have arrived',
    },
    // An order whose worker crashed is claimed again after its lease and a sweep: within seconds to a minute.
    patience: {
      type: 'integer',
      min: 1,
      max: 3_600,
      default: 60,
      help: 'seconds without any progress after which the command stops waiting',
    },
    url: { type: 'string', value: 'URL', help: 'base URL of the API; by default that of the local stack' },
  },
  async run({ orders, timeout, patience, url }) {
    const api = url ?? readStackFile(readStackSettings(process.env).directory)?.api;
    if (!api)
      throw new UserError('No stack is running here. Run "npm start" in another terminal first, or give --url.');
    if (!URL.canParse(api))
      throw new UsageError(`--url must be a URL such as http://localhost:8000/api/v1, not "${api}".`);
    const options = { api, orders, timeoutMs: timeout * 1_000, patienceMs: patience * 1_000 };
    return (await burst(options)) ? 0 : 1;
  },
});

interface LoadOptions {
  readonly api: string;
  readonly orders: number;
  readonly timeoutMs: number;
  readonly patienceMs: number;
}

async function burst({ api, orders, timeoutMs, patienceMs }: LoadOptions): Promise<boolean> {
  const backend = new OrderBackend(api);
  const progress = new Progress();
  const before = await backend.statusCounts();
  if (!before) throw new UserError(`No order backend responds at ${api}. Run "npm start" in another terminal first.`);

  console.log(
    `Posting ${orders} orders at once to ${api}, each on its own connection, with a timeout of ${timeoutMs / 1000} s`,
  );
  const startedAt = performance.now();
  const posts = await postAtOnce(backend, orders, timeoutMs, (done) =>
    progress.show(`responses  ${done} of ${orders}`),
  );
  const postedAt = performance.now();
  progress.end();

  const idsWhere = (wanted: (post: Exchange) => boolean): string[] =>
    [...posts].filter(([, post]) => wanted(post)).map(([orderId]) => orderId);
  const accepted = idsWhere((post) => post.kind === 'answered' && post.status === 202);
  const notCompleted = await waitForCompletion(backend, {
    accepted,
    settledBefore: settledIn(before),
    patienceMs,
    onProgress: (settled) => progress.show(`settled    ${settled} of ${accepted.length}`),
  });
  const completedAt = performance.now();
  progress.end();

  const unanswered = await backend.statusesOf(idsWhere((post) => post.kind === 'unanswered'));
  backend.close();
  const { text, good } = report({
    posts,
    notCompleted,
    unanswered,
    postedMs: postedAt - startedAt,
    completedMs: completedAt - postedAt,
  });
  console.log(`\n${text}`);
  return good;
}

/** The outcome of each order, by its id. */
async function postAtOnce(
  backend: OrderBackend,
  count: number,
  timeoutMs: number,
  onAnswer: (done: number) => void,
): Promise<Map<string, Exchange>> {
  const run = Date.now().toString(36);
  const posts = new Map<string, Exchange>();
  const post = async (n: number): Promise<void> => {
    const orderId = `load-${run}-${n}`;
    const order = { order_id: orderId, user_id: n, item_ids: [1, 2, 3], total_amount: 99.99 };
    posts.set(orderId, await backend.post(order, timeoutMs));
    onAnswer(posts.size);
  };
  await Promise.all(Array.from({ length: count }, (_, n) => post(n)));
  return posts;
}

await main(import.meta.filename, (args) => execute(load, args));
