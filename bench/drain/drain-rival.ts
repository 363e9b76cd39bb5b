import type pg from 'pg';
import { runProgram } from '../run-program.ts';
import { insertPending, lastCompleted, settle } from './orders.ts';

/** A job queue on Postgres. */
export interface Rival {
  readonly name: string;
  /** Its program is bench/programs/<program>.ts. */
  readonly program: 'pg-boss' | 'graphile-worker';
  /** Jobs per UPDATE of the orders table; graphile-worker only passes single jobs. */
  readonly updates: 'of a job' | 'of a batch';
}

export const RIVALS: readonly Rival[] = [
  { name: 'pg-boss, one UPDATE per job', program: 'pg-boss', updates: 'of a job' },
  { name: 'pg-boss, one UPDATE per batch', program: 'pg-boss', updates: 'of a batch' },
  { name: 'graphile-worker, one UPDATE per job', program: 'graphile-worker', updates: 'of a job' },
];

export interface RivalTask {
  readonly url: string;
  /** `fill` adds a job for each order of the table; `drain` processes them. */
  readonly role: 'fill' | 'drain';
  readonly orders: number;
  /** Jobs per order, each of which adds the next one. */
  readonly steps: number;
  readonly updates: Rival['updates'];
}

/** The same row without what this service adds: no trigger, no check, no further index. */
const PLAIN_ORDERS = `
  CREATE TABLE orders (
    order_id text PRIMARY KEY,
    user_id integer NOT NULL,
    item_ids integer[] NOT NULL,
    total_amount numeric NOT NULL,
    status text NOT NULL DEFAULT 'Pending',
    processing_time numeric,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz)`;

/** Seconds from the start of the rival's worker on a full queue to the last Completed order. */
export async function drainRival(
  { program, updates }: Rival,
  client: pg.Client,
  url: string,
  orders: number,
  steps = 1,
): Promise<number> {
  await client.query('DROP TABLE IF EXISTS orders');
  await client.query('DROP SCHEMA IF EXISTS pgboss, graphile_worker CASCADE');
  await client.query(PLAIN_ORDERS);
  await insertPending(client, orders, 'plain');
  const file = `programs/${program}.ts`;
  await runProgram(file, { url, role: 'fill', orders, steps, updates } satisfies RivalTask, process.env);
  await settle(client);
  const drain: RivalTask = { url, role: 'drain', orders, steps, updates };
  const { readyAt } = await runProgram(file, drain, process.env);
  return ((await lastCompleted(client)) - readyAt) / 1_000;
}
