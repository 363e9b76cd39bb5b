import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '../../lib/database/migrate.ts';
import { repeated } from '../faults/stack/audit.ts';
import { drain } from '../faults/stack/drain.ts';
import { FaultLab, LAB_TIMING } from '../faults/stack/lab.ts';
import { connectPsql } from '../support/psql.ts';
import { waitUntil } from '../support/wait-until.ts';
import { codeBefore } from './earlier-checkout.ts';
import { Load, quantile } from './load.ts';

/** Leases that outlast the wait for a migration's lock, and four batches per worker at a time. */
const TIMING = { ...LAB_TIMING, batchSize: 10, processTimeout: 10, maximumConcurrency: 4 };

/** Share of the orders that the code of this checkout processes at least, while that before it goes on. */
const SIDE_BY_SIDE = 0.2;

/** Milliseconds for tens of thousands of orders on a small machine. */
const PATIENCE_MS = 1_200_000;

export interface Outcome {
  /** What must never be, in words: lost, doubled, stuck, or counted wrongly. */
  readonly wrongs: readonly string[];
  /** What happened, for people. */
  readonly report: readonly string[];
}

export interface UpgradeOptions {
  /** File name in infra/migrations. */
  readonly migration: string;
  readonly orders: number;
  /** From 0 to 1: when in the load the migration begins. */
  readonly moment: number;
}

/**
 * A deployment under load: the code before a migration runs, the migration is applied at some moment, then the code of this
 * checkout joins, and both serve and process orders side by side.
 * @throws NoEarlierCode where the code before the migration cannot be had.
 */
export async function upgradeUnderLoad({ migration, orders, moment }: UpgradeOptions): Promise<Outcome> {
  const earlier = codeBefore(migration);
  // Both versions read only messages about one order until each of them reads the other form, too.
  const env = { QUEUE_MESSAGES: 'single' };
  const lab = await FaultLab.open({ timing: TIMING, migrations: earlier.migrations, env }).catch((error: unknown) => {
    earlier.remove();
    throw error;
  });
  try {
    const load = new Load('upgraded', await lab.api({}, earlier.directory));
    await lab.worker({}, earlier.directory);
    const loading = load.run(Number.POSITIVE_INFINITY);
    await waitUntil('the moment has come', () => load.told.accepted.length >= moment * orders, PATIENCE_MS);
    const before = load.told.accepted.length;
    const begunAt = performance.now();
    const applied: string[] = [];
    // The version before is deployed: a migration may wait for that.
    const deployed = Number.parseInt(migration, 10) - 1;
    await migrate({ DATABASE_URL: lab.stack.addresses.postgres }, (line) => void applied.push(line), { deployed });
    const migrationMs = performance.now() - begunAt;
    const during = load.told.accepted.length - before;
    load.apis.push(await lab.api());
    // Notes of its own, to tell its orders from those of the worker before.
    const notes = join(lab.stack.directory, 'runs-of-this-checkout');
    await lab.worker({ RUNS: notes });
    const processedHere = () => (existsSync(notes) ? readFileSync(notes, 'utf8').split('\n').length - 1 : 0);
    await waitUntil(
      'both have worked side by side',
      () => load.told.accepted.length >= orders && processedHere() >= SIDE_BY_SIDE * orders,
      PATIENCE_MS,
    );
    load.stop();
    await loading;
    const wrongs = await settle(lab, load);
    return {
      wrongs,
      report: [
        `${earlier.commit.slice(0, 7)} and this checkout, ${applied.join(', ')}`,
        `${load.told.accepted.length} orders; the migration began after ${before}, took ${migrationMs.toFixed(0)} ms, and ${during} were accepted during it`,
        ...speedOf(load),
        `processed: ${lab.stack.runs().length} by the code before, ${processedHere()} by this checkout`,
      ],
    };
  } finally {
    await lab.close();
    earlier.remove();
  }
}

/**
 * A load alongside a session that holds the oldest snapshot all the time, as a long report or a forgotten psql does: Postgres
 * can clean up no version of a row during that time, and the rows of the counters have one more with each commit.
 */
export async function loadBesideOldSnapshot(orders: number): Promise<Outcome> {
  const lab = await FaultLab.open({ timing: TIMING });
  const holder = await connectPsql(lab.stack.addresses.postgres);
  try {
    await holder.rows('BEGIN ISOLATION LEVEL REPEATABLE READ');
    const seen = await holder.value<number>('SELECT count(*)::integer FROM orders');
    const load = new Load('beside', await lab.api(), await lab.api());
    await lab.worker();
    await load.run(orders);
    const wrongs = await settle(lab, load);
    const stillSeen = await holder.value<number>('SELECT count(*)::integer FROM orders');
    // Otherwise nothing was held, and this has shown nothing.
    const held = stillSeen === seen ? [] : [`the snapshot was not held: it saw ${seen} orders, and then ${stillSeen}`];
    const sizes = await lab.rows<{ name: string; dead: number; pages: number }>(
      `SELECT relname AS name, n_dead_tup::integer AS dead, (pg_relation_size(relid) / 8192)::integer AS pages
       FROM pg_stat_user_tables WHERE relname IN ('orders', 'order_counters', 'order_minutes') ORDER BY relname`,
    );
    return {
      wrongs: [...held, ...wrongs],
      report: [
        `${orders} orders alongside a snapshot that is older than all of them`,
        ...speedOf(load),
        ...sizes.map(({ name, dead, pages }) => `${name}: ${dead} dead versions, ${pages} pages`),
      ],
    };
  } finally {
    await holder.end();
    await lab.close();
  }
}

/** Waits until every order is finished, and looks for what is wrong. */
async function settle(lab: FaultLab, { told }: Load): Promise<string[]> {
  await drain(lab.stack, PATIENCE_MS / 1_000, () => undefined);
  const rows = await lab.rows<{ order_id: string; status: string }>('SELECT order_id, status FROM orders');
  const statuses = new Map(rows.map(({ order_id, status }) => [order_id, status]));
  return [
    ...told.unexpected,
    ...told.accepted
      .filter((orderId) => statuses.get(orderId) !== 'Completed')
      .map((orderId) => `${orderId} was accepted and is ${statuses.get(orderId) ?? 'lost'}`),
    ...(await lab.wrongs()),
    ...repeated(lab.stack.completions()).map((orderId) => `${orderId} was completed by two workers`),
  ];
}

/** The first and the last quarter apart: what grows while the load runs shows in the last. */
function speedOf({ told: { latencies, unanswered } }: Load): string[] {
  const quarter = Math.ceil(latencies.length / 4);
  const p50 = (part: readonly number[]) => `${quantile(part, 0.5).toFixed(0)} ms`;
  const p99 = (part: readonly number[]) => `${quantile(part, 0.99).toFixed(0)} ms`;
  const [first, last] = [latencies.slice(0, quarter), latencies.slice(-quarter)];
  return [
    `202 within ${p50(first)} (p99 ${p99(first)}) in the first quarter, ${p50(last)} (p99 ${p99(last)}) in the last; ` +
      `${unanswered} requests without a response or with 503, sent again`,
  ];
}
