import type pg from 'pg';
import { runProgram } from '../run-program.ts';
import { insertPending, lastCompleted, settle } from './orders.ts';

/** A job queue on Postgres; its program is bench/programs/<name>.ts. */
export type Rival = 'pg-boss' | 'graphile-worker';

export interface RivalTask {
  readonly url: string;
  /** `fill` adds a job for each order of the table; `drain` processes so many. */
  readonly role: 'fill' | 'drain';
  readonly orders: number;
}

/** The same row, with nothing of this service: no trigger, no check, no further index. */
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

/** Seconds from the moment at which the rival's worker starts on a full queue to the last Completed order. */
export async function drainRival(rival: Rival, client: pg.Client, url: string, orders: number): Promise<number> {
  await client.query('DROP TABLE IF EXISTS orders');
  await client.query('DROP SCHEMA IF EXISTS pgboss, graphile_worker CASCADE');
  await client.query(PLAIN_ORDERS);
  await insertPending(client, orders, 'plain');
  const program = `programs/${rival}.ts`;
  await runProgram(program, { url, role: 'fill', orders } satisfies RivalTask, process.env);
  await settle(client);
  const { readyAt } = await runProgram(program, { url, role: 'drain', orders } satisfies RivalTask, process.env);
  return ((await lastCompleted(client)) - readyAt) / 1_000;
}
