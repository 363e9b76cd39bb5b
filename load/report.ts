import type { Exchange } from './http-exchange.ts';

export interface Burst {
  readonly posts: ReadonlyMap<string, Exchange>;
  /** Orders with a 202 that are not Completed, with their last known status. */
  readonly notCompleted: ReadonlyMap<string, string>;
  /** The outcome of orders whose post got no response: their client cannot know it. */
  readonly unanswered: ReadonlyMap<string, string>;
  /** Milliseconds from the first request to the end of the last response. */
  readonly postedMs: number;
  /** Milliseconds from the end of the last response until all orders were seen Completed, or waiting for them ended. */
  readonly completedMs: number;
}

export interface Report {
  readonly text: string;
  /** Whether every order was accepted and completed. */
  readonly good: boolean;
}

/** How many ids of failed orders are printed: a few are useful, a thousand are not. */
const IDS_SHOWN = 5;

/** The summary that `npm run load` prints. */
export function report({ posts, notCompleted, unanswered, postedMs, completedMs }: Burst): Report {
  const outcomes = [...posts.values()];
  const accepted = outcomes.filter((post) => post.kind === 'answered' && post.status === 202).length;
  const rejected = tally(
    outcomes.flatMap((post) => (post.kind === 'answered' && post.status !== 202 ? [String(post.status)] : [])),
  );
  const silent = tally(outcomes.flatMap((post) => (post.kind === 'unanswered' ? [post.reason] : [])));
  const lost = [...notCompleted].filter(([, status]) => status === 'lost').map(([orderId]) => orderId);
  const stored = [...unanswered.values()].filter((status) => status !== 'lost' && status !== 'no response').length;
  // Of all posts: a post without a response counts with the time that its client waited.
  const times = outcomes.map(({ ms }) => ms).sort((a, b) => a - b);
  const allCompleted = accepted > 0 && notCompleted.size === 0;

  const rows: [string, string][] = [
    ['accepted (202)', `${accepted} of ${posts.size}`],
    ['rejected', describe(rejected)],
    ['no response', describe(silent) + (unanswered.size > 0 ? `; ${stored} of them stored anyway` : '')],
    [
      'response time',
      `p50 ${ms(percentile(times, 50))}, p99 ${ms(percentile(times, 99))}, slowest ${ms(percentile(times, 100))}`,
    ],
    ['last response after', seconds(postedMs)],
    [
      'all Completed',
      allCompleted
        ? `${seconds(completedMs)} after the last response`
        : `no, stopped waiting after ${seconds(completedMs)}`,
    ],
    ['completed', `${accepted - notCompleted.size} of ${accepted} accepted`],
    ['not completed', describe(tally([...notCompleted.values()])) + examples([...notCompleted.keys()])],
    ['lost', `${lost.length}${examples(lost)}`],
  ];
  return {
    text: rows.map(([name, value]) => `${name.padEnd(20)}${value}`).join('\n'),
    good: accepted === posts.size && allCompleted,
  };
}

/** The nearest-rank percentile of ascending values. */
export function percentile(ascending: readonly number[], percent: number): number {
  return ascending[Math.max(0, Math.ceil((percent / 100) * ascending.length) - 1)] ?? 0;
}

function tally(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** "0", or "12 (10 × 503, 2 × 500)". */
function describe(counts: ReadonlyMap<string, number>): string {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return '0';
  return `${total} (${[...counts].map(([name, count]) => `${count} × ${name}`).join(', ')})`;
}

/** ": load-a, load-b, …", or an empty string for an empty list. */
function examples(orderIds: readonly string[]): string {
  if (orderIds.length === 0) return '';
  const more = orderIds.length > IDS_SHOWN ? ', …' : '';
  return `: ${orderIds.slice(0, IDS_SHOWN).join(', ')}${more}`;
}

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}

function seconds(value: number): string {
  return `${(value / 1000).toFixed(1)} s`;
}
