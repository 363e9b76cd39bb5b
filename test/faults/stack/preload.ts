/**
 * Preloaded into the processes of a throw-away stack, including execution environments (NODE_OPTIONS). It is between
 * the service's code and its Postgres and queue clients, and changes nothing unless the environment requests it:
 *
 * - AMBUSH, a directory: the process dies, or stops, at the steps for which an ambush is laid there.
 * - LEDGER, a file: a line `<order id> <token>` for each order that this process believes to have completed.
 * - CLOCK_SHIFT_MS: the process's clock is off by this much.
 * - SABOTAGE: a mechanism that is taken away. This breaks the guarantees, and a test that does not notice it is worthless.
 *   `fencing`: any worker can finish an order; `step fencing`: any worker can record its steps; `records`: recorded steps are not
 *   found; `undo`: that a step was undone is not recorded; `signals`: a worker suspends an order whatever signal has come in the meantime.
 */
import { appendFileSync } from 'node:fs';
import { SQSClient } from '@aws-sdk/client-sqs';
import pg from 'pg';
import { reach } from './ambush.ts';
import { claimed } from './claimed.ts';
import { requestOf, type Statement, statementOf } from './statements.ts';

type Query = (config: pg.QueryConfig) => Promise<pg.QueryResult>;
type Send = (command: object, ...others: unknown[]) => Promise<unknown>;

const { LEDGER, CLOCK_SHIFT_MS, SABOTAGE } = process.env;

const clients = pg.Client.prototype as unknown as { query: Query };
const query = clients.query;
clients.query = function (this: unknown, config) {
  const statement = statementOf(config.text, config.values);
  if (!statement) return query.call(this, config);
  reach(`before ${statement}`);
  const text = sabotaged(statement, config.text);
  const answer = query.call(this, { ...config, text });
  // It is written at the end of this turn of the event loop, and its reply cannot be read before the next.
  setImmediate(() => reach(`${statement} sent`));
  return answer.then((result) => {
    if (statement === 'claim') noteClaims(result.rows as ClaimRow[]);
    if (statement === 'finish') record(config.values?.[0], result.rows as { order_id: string }[]);
    reach(`after ${statement}`);
    return result;
  });
};

const queues = SQSClient.prototype as unknown as { send: Send };
const send = queues.send;
queues.send = async function (this: unknown, command, ...others) {
  const request = requestOf(command);
  if (request) reach(`before ${request}`);
  const answer = await send.call(this, command, ...others);
  if (request && !(request === 'receive' && isEmpty(answer))) reach(`after ${request}`);
  return answer;
};

if (CLOCK_SHIFT_MS) shiftClock(Number(CLOCK_SHIFT_MS));

function isEmpty(answer: unknown): boolean {
  const { Messages = [] } = answer as { Messages?: unknown[] };
  return Messages.length === 0;
}

/** What SABOTAGE takes away, by statement: texts, and what replaces them. */
const SABOTAGES: Readonly<Record<string, Partial<Record<Statement, readonly (readonly [string, string])[]>>>> = {
  fencing: {
    finish: [
      [' AND o.token = v.token', ''],
      [`WHERE o.status = 'Processing'`, `WHERE o.status IN ('Processing', 'Completed')`],
    ],
  },
  signals: { finish: [['o.signals > coalesce(v.signals, 0)', 'false']] },
  'step fencing': { 'record step': [[' AND o.token = g.token', '']] },
  records: { 'read steps': [['AND s.run = g.run', 'AND s.run = g.run AND false']] },
  undo: { 'record undo': [['CASE WHEN undone THEN clock_timestamp() END', 'NULL::timestamptz']] },
};

function sabotaged(statement: Statement, text: string): string {
  let sql = text;
  for (const [removed, by] of SABOTAGES[SABOTAGE ?? '']?.[statement] ?? []) {
    if (!sql.includes(removed)) throw new Error(`the statement "${statement}" has no "${removed}" to remove`);
    sql = sql.replace(removed, by);
  }
  return sql;
}

interface ClaimRow {
  readonly order_id: string;
  readonly token: number | string | null;
  readonly run: number;
}

function noteClaims(rows: readonly ClaimRow[]): void {
  for (const { order_id, token, run } of rows) if (token !== null) claimed.set(order_id, { token: Number(token), run });
}

function record(verdicts: string, taken: readonly { order_id: string }[]): void {
  if (!LEDGER) return;
  const ids = new Set(taken.map(({ order_id }) => order_id));
  const lines = (JSON.parse(verdicts) as { orderId: string; token: number; status: string }[])
    .filter(({ orderId, status }) => status === 'Completed' && ids.has(orderId))
    .map(({ orderId, token }) => `${orderId} ${token}\n`);
  appendFileSync(LEDGER, lines.join(''));
}

function shiftClock(byMs: number): void {
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...values: [] | [string | number | Date]) {
      if (values.length === 0) super(RealDate.now() + byMs);
      else super(...(values as [number]));
    }
    static override now(): number {
      return RealDate.now() + byMs;
    }
  } as DateConstructor;
}
