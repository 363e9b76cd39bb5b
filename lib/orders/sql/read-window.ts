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
  /** Of the orders Completed in it. */
  readonly processing: MinuteDurations;
}

/** As Durations. */
export interface MinuteDurations {
  readonly average: number | null;
  readonly p95: number | null;
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

export type Event = 'Created' | 'Completed' | 'Failed' | 'Cancelled' | 'Retried';

interface Row {
  minute: Date | null;
  event: Event;
  detail: string | null;
  orders: number;
  processing_time: string | null;
  /** Completed orders whose processing time is known. */
  timed: number;
  /** The bucket in which 95 % of them are reached. */
  p95_bucket: number | null;
}

/**
 * Sums the minutes of the window, at a cost that depends on its length and not on the orders. Orders are summed as floats:
 * exact up to 2^53, and without the numeric arithmetic of sums of bigints.
 */
export async function readWindow(database: Queryable, minutes: number): Promise<Window> {
  const rows = await database.query<Row>(
    `WITH by_detail AS (
       SELECT minute, event, detail, sum(orders::double precision) AS orders,
         sum(processing_time) FILTER (WHERE event = 'Completed') AS processing_time,
         CASE WHEN event = 'Completed' AND detail <> '' THEN detail::integer END AS bucket
       FROM order_minutes
       WHERE minute > date_trunc('minute', now()) - $1::integer * interval '1 minute'
       GROUP BY minute, event, detail),
     ranked AS (
       SELECT minute, event, detail, orders, processing_time, bucket,
         sum(orders) OVER (PARTITION BY minute ORDER BY bucket) AS reached,
         sum(orders) OVER (PARTITION BY minute) AS timed
       FROM by_detail WHERE bucket IS NOT NULL
       UNION ALL
       SELECT minute, event, detail, orders, processing_time, NULL, NULL, NULL FROM by_detail WHERE bucket IS NULL)
     SELECT minute, event, detail, sum(orders)::bigint AS orders, sum(processing_time) AS processing_time,
       coalesce(sum(orders) FILTER (WHERE bucket IS NOT NULL), 0)::bigint AS timed,
       min(bucket) FILTER (WHERE reached >= 0.95 * timed) AS p95_bucket
     FROM ranked
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
      processing: toMinuteDurations(events.find((row) => row.event === 'Completed')),
    };
  });
}

function toMinuteDurations(completed: Row | undefined): MinuteDurations {
  if (!completed || completed.p95_bucket === null) return { average: null, p95: null };
  return {
    average: rounded(Number(completed.processing_time) / completed.timed),
    p95: middleOf(completed.p95_bucket),
  };
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
    return middleOf(hit?.bucket ?? 0);
  };
  const total = buckets.reduce((sum, bucket) => sum + bucket.seconds, 0);
  return { average: rounded(total / orders), p50: quantile(0.5), p95: quantile(0.95) };
}

/** Seconds. */
function middleOf(bucket: number): number {
  return rounded(2 ** ((bucket + 0.5) / BUCKETS_AN_OCTAVE));
}

function rounded(seconds: number): number {
  return Number(seconds.toPrecision(6));
}
