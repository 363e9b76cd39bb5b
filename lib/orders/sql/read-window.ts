import type { Queryable } from '../../database/database.ts';

/** What happened in a stretch of time up to now. */
export interface Window {
  /** One a minute in which anything happened, oldest first. */
  readonly minutes: readonly Minute[];
  readonly processing: Durations;
  /** Orders that became Failed, by reason code. */
  readonly failures: Readonly<Record<string, number>>;
}

export interface Minute {
  readonly minute: Date;
  readonly created: number;
  readonly completed: number;
  readonly failed: number;
  readonly retried: number;
  readonly cancelled: number;
}

/** Processing times of the orders Completed in the window, in seconds; null when there were none. */
export interface Durations {
  readonly average: number | null;
  /** From a histogram: off by at most MAX_QUANTILE_ERROR of itself. */
  readonly p50: number | null;
  readonly p95: number | null;
}

/** Buckets an octave, as duration_bucket() has them (infra/migrations/000003-order-minutes.sql). */
const BUCKETS_AN_OCTAVE = 8;

/** Relative: half a bucket. */
export const MAX_QUANTILE_ERROR = 2 ** (1 / (2 * BUCKETS_AN_OCTAVE)) - 1;

type Event = 'Created' | 'Completed' | 'Failed' | 'Cancelled' | 'Retried';

interface Row {
  minute: Date | null;
  event: Event;
  detail: string | null;
  orders: number;
  processing_time: string;
}

/** Sums the minutes of the window, at a cost that depends on its length and not on the orders. */
export async function readWindow(database: Queryable, minutes: number): Promise<Window> {
  const rows = await database.query<Row>(
    `SELECT minute, event, detail, sum(orders)::bigint AS orders, sum(processing_time) AS processing_time
     FROM order_minutes
     WHERE minute > date_trunc('minute', now()) - $1::integer * interval '1 minute'
     GROUP BY GROUPING SETS ((minute, event), (event, detail))
     ORDER BY minute`,
    [minutes],
  );
  const totals = rows.filter((row) => row.minute === null);
  return {
    minutes: toMinutes(rows),
    processing: toDurations(totals.filter(({ event }) => event === 'Completed')),
    failures: Object.fromEntries(
      totals.filter(({ event }) => event === 'Failed').map(({ detail, orders }) => [detail ?? '', orders]),
    ),
  };
}

function toMinutes(rows: readonly Row[]): Minute[] {
  const byMinute = Map.groupBy(
    rows.filter((row) => row.minute !== null),
    (row) => row.minute?.getTime() ?? 0,
  );
  return [...byMinute].map(([minute, events]) => {
    const count = (event: Event) => events.find((row) => row.event === event)?.orders ?? 0;
    return {
      minute: new Date(minute),
      created: count('Created'),
      completed: count('Completed'),
      failed: count('Failed'),
      retried: count('Retried'),
      cancelled: count('Cancelled'),
    };
  });
}

/** Completed orders without a processing time, as written by hand, have an empty detail and count nowhere here. */
function toDurations(completed: readonly Row[]): Durations {
  const buckets = completed
    .filter(({ detail }) => detail !== '')
    .map(({ detail, orders, processing_time }) => ({
      bucket: Number(detail),
      orders,
      seconds: Number(processing_time),
    }))
    .sort((a, b) => a.bucket - b.bucket);
  const orders = buckets.reduce((sum, bucket) => sum + bucket.orders, 0);
  if (orders === 0) return { average: null, p50: null, p95: null };
  const quantile = (share: number) => {
    let seen = 0;
    const hit = buckets.find((bucket) => {
      seen += bucket.orders;
      return seen >= share * orders;
    });
    return rounded(2 ** (((hit?.bucket ?? 0) + 0.5) / BUCKETS_AN_OCTAVE));
  };
  const total = buckets.reduce((sum, bucket) => sum + bucket.seconds, 0);
  return { average: rounded(total / orders), p50: quantile(0.5), p95: quantile(0.95) };
}

function rounded(seconds: number): number {
  return Number(seconds.toPrecision(6));
}
