/**
 * `npm run load`: posts a burst of orders at once, a connection each, and then asks for every order that was accepted
 * until it is Completed. Ends with code 1 unless all were accepted and completed.
 */
import { waitForCompletion } from './completion.ts';
import type { Exchange } from './http-exchange.ts';
import { type LoadOptions, readOptions, USAGE } from './options.ts';
import { OrderBackend } from './order-backend.ts';
import { Progress } from './progress.ts';
import { report } from './report.ts';

async function run({ api, orders, timeoutMs, patienceMs }: LoadOptions): Promise<boolean> {
  const backend = new OrderBackend(api);
  const progress = new Progress();
  const before = await backend.statusCounts();
  if (!before) throw new Error(`No order backend answers at ${api}. Run "npm start" in another terminal first.`);

  console.log(`Posting ${orders} orders at once to ${api}, a connection each, ${timeoutMs / 1000} s to answer`);
  const startedAt = performance.now();
  const posts = await postAtOnce(backend, orders, timeoutMs, (done) =>
    progress.show(`answered   ${done} of ${orders}`),
  );
  const postedAt = performance.now();
  progress.end();

  const idsWhere = (wanted: (post: Exchange) => boolean): string[] =>
    [...posts].filter(([, post]) => wanted(post)).map(([orderId]) => orderId);
  const accepted = idsWhere((post) => post.kind === 'answered' && post.status === 202);
  const notCompleted = await waitForCompletion(backend, {
    accepted,
    completedBefore: before.Completed,
    patienceMs,
    onProgress: (completed) => progress.show(`Completed  ${completed} of ${accepted.length}`),
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

/** What became of each order, by its id. */
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

try {
  const help = process.argv.includes('--help');
  if (help) console.log(USAGE);
  else if (!(await run(readOptions(process.argv.slice(2), process.env)))) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
