import type { Queryable } from '../../database/database.ts';

/** The activity in a period up to now. */
interface Window {
  /** One entry per minute with activity, oldest first. */
  readonly minutes: readonly Minute[];
  readonly processing: Durations;
  /** Orders that became Failed, by reason code. */
  readonly failures: Readonly<Record<string, number>>;
}

interface Minute {
  readonly minute: Date;
  readonly created: number;
  readonly completed: number;
  readonly failed: number;
  readonly retried: number;
  readonly cancelled: number;
  /** Processing times of the orders that became Completed in it. */
  readonly processing: Pick<Durations, 'average' | 'p95'>;
}

/** Processing times of the orders that became Completed in the window, in seconds; null if there were none. */
interface Durations {
  readonly average: number | null;
  /** From a histogram, with a relative error of at most MAX_QUANTILE_ERROR. */
  readonly p50: number | null;
  readonly p95: number | null;
}

/** Buckets per octave, as in duration_bucket() (infra/migrations/000003-order-minutes.sql). */
const BUCKETS_AN_OCTAVE = 8;

/** Relative: half of a bucket. */
export const MAX_QUANTILE_ERROR = 2 ** (1 / (2 * BUCKETS_AN_OCTAVE)) - 1;

export type Event = 'Created' | 'Completed' | 'Failed' | 'Cancelled' | 'Retried';

interface Row {
  minute: Date;
  event: Event;
  orders: number;
  /** The sum of seconds of all orders that became Completed in the minute; null for other events. */
  processing_time: string | null;
  /** Orders by bucket or by reason code; empty for other events. */
  by_detail: Readonly<Record<string, number>>;
}

/** Adds up the minutes of the window, at a cost that depends on its length and not on the number of orders. */
export async function readWindow(database: Queryable, minutes: number): Promise<Window> {
  const found = await database.query<Omit<Row, 'by_detail'> & { by_detail: string | null }>(
    `SELECT minute, event, sum(orders)::bigint AS orders, sum(processing_time) AS processing_time,
       (json_object_agg(detail, orders::bigint) FILTER (WHERE event IN ('Completed', 'Failed')))::text AS by_detail
     FROM (
       SELECT minute, event, detail, sum(orders) AS orders,
         sum(processing_time) FILTER (WHERE event = 'Completed') AS processing_time
       FROM public.order_minutes
       WHERE minute > date_trunc('minute', now()) - $1::integer * interval '1 minute'
       GROUP BY minute, event, detail) AS details
     GROUP BY minute, event
     ORDER BY minute`,
    [minutes],
  );
  const rows = found.map((row): Row => ({ ...row, by_detail: JSON.parse(row.by_detail ?? '{}') }));
  const of = (event: Event) => rows.filter((row) => row.event === event);
  const byMinute = Map.groupBy(rows, ({ minute }) => minute.getTime());
  return {
    minutes: [...byMinute].map(([minute, events]) => toMinute(new Date(minute), events)),
    processing: toDurations(of('Completed')),
    failures: Object.fromEntries(sumByDetail(of('Failed'))),
  };
}

function toMinute(minute: Date, events: readonly Row[]): Minute {
  const of = (event: Event) => events.filter((row) => row.event === event);
  const count = (event: Event) => of(event)[0]?.orders ?? 0;
  const { average, p95 } = toDurations(of('Completed'));
  return {
    minute,
    created: count('Created'),
    completed: count('Completed'),
    failed: count('Failed'),
    retried: count('Retried'),
    cancelled: count('Cancelled'),
    processing: { average, p95 },
  };
}

/**
 * Completed orders without a processing time, as after manual changes, have an empty detail and are not counted here.
 */
function toDurations(completed: readonly Row[]): Durations {
  const histogram = [...sumByDetail(completed)]
    .filter(([bucket]) => bucket !== '')
    .map(([bucket, orders]) => ({ bucket: Number(bucket), orders }))
    .sort((a, b) => a.bucket - b.bucket);
  const timed = histogram.reduce((sum, { orders }) => sum + orders, 0);
  if (timed === 0) return { average: null, p50: null, p95: null };
  const quantile = (share: number) => {
    let reached = 0;
    const hit = histogram.find(({ orders }) => {
      reached += orders;
      return reached >= share * timed;
    });
    return middleOf(hit?.bucket ?? 0);
  };
  const seconds = completed.reduce((sum, row) => sum + Number(row.processing_time), 0);
  return { average: rounded(seconds / timed), p50: quantile(0.5), p95: quantile(0.95) };
}

function sumByDetail(rows: readonly Row[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { by_detail } of rows)
    for (const [detail, orders] of Object.entries(by_detail)) sums.set(detail, (sums.get(detail) ?? 0) + orders);
  return sums;
}

/** Seconds. */
function middleOf(bucket: number): number {
  return rounded(2 ** ((bucket + 0.5) / BUCKETS_AN_OCTAVE));
}

function rounded(seconds: number): number {
  return Number(seconds.toPrecision(6));
}
