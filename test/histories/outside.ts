import type { Database, Parameter } from '../../lib/database/database.ts';
import { DatabaseError } from '../../lib/errors.ts';
import { FINISH_TIME_MS } from '../../lib/orders/invocation.ts';
import type { OrderQueue } from '../../lib/queue/order-queue.ts';
import { packed } from '../../lib/queue/packs.ts';
import type { Psql } from '../support/psql.ts';
import type { Container } from './container.ts';
import type { QueueModel } from './queue-model.ts';

/** Our statements by name. Each is known by a phrase that only it has. */
const STATEMENTS = {
  insert: 'INSERT INTO public.orders',
  'find conflicts': 'AS "keyFingerprint"',
  'make due': 'WITH unsent AS MATERIALIZED',
  claim: 'AS lost_too_often',
  finish: 'json_to_recordset($1::json) AS v(',
  'read steps': 'JOIN public.order_steps s ON',
  'record step': 'INSERT INTO public.order_steps',
  'store signal': 'order_signals (owner, order_id, run, name, payload)',
  'time out': 'order_signals (owner, order_id, run, name)',
  'read signals': 'JOIN public.order_signals s',
  'find due orders': 'ORDER BY due_at LIMIT',
  postpone: 'sends = o.sends + 1',
  redrive: 'redrives = o.redrives + 1',
  'count capped': 'AS capped',
  cancel: 'AS status_before',
  'find ambiguous': 'HAVING count(*) > 1',
  'find owners': "had_id_alone AND owner <> ''",
  'switch processing': 'INSERT INTO public.processing_control',
  'read processing': 'SELECT paused, since',
} as const;
type Statement = keyof typeof STATEMENTS;

/** Those that pass by orders which another transaction is at. The others wait, and so would the history. */
const SKIPS_LOCKED: ReadonlySet<Statement> = new Set(['make due', 'claim', 'postpone', 'redrive']);

const INJECTED = 'injected by the history';

/** Whether it is one of the faults that a history has put in its way. */
export function isInjected(error: unknown): boolean {
  return error instanceof DatabaseError && error.message === INJECTED;
}

function statementOf(sql: string): Statement {
  const name = (Object.keys(STATEMENTS) as Statement[]).find((statement) => sql.includes(STATEMENTS[statement]));
  if (!name) throw new Error(`the histories do not know this statement; give it a name: ${sql}`);
  return name;
}

/**
 * Those of an order that is in progress alongside others, with the milliseconds at the end of an invocation in which they are not
 * retried. Of any other statement, something happens when it is given up: its container ends.
 */
const NOT_RETRIED_MS: Partial<Record<Statement, number>> = {
  'read steps': FINISH_TIME_MS,
  'record step': FINISH_TIME_MS,
  'read signals': FINISH_TIME_MS,
  'time out': FINISH_TIME_MS,
  finish: FINISH_TIME_MS / 4,
};

export interface DatabaseParts {
  readonly database: Database;
  /** Somebody who works manually at the same time. */
  readonly operator: Psql;
  /** What is run instead of a statement, to see that the suite notices. */
  readonly rewrite: (sql: string) => string;
  /** Milliseconds until the invocation of the container ends. */
  readonly remainingMs: () => number;
}

/**
 * `not run` and `answer lost` are the same to the caller, who cannot know which of them it was. Two more are for
 * statements that pass by locked orders: somebody's transaction has the first one locked, or cancels it.
 */
const STATEMENT_FAULTS = ['not run', 'answer lost', 'rolled back'] as const;
const LOCK_FAULTS = [...STATEMENT_FAULTS, 'during a lock', 'during a cancellation'] as const;

/** The database as a container reaches it: each statement waits for the history. */
export function heldDatabase(
  container: Container,
  { database, operator, rewrite, remainingMs }: DatabaseParts,
): Database {
  return {
    query<Row>(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
      const name = statementOf(sql);
      const run = () => database.query<Row>(rewrite(sql), parameters);
      return container.hold({
        name,
        faults: SKIPS_LOCKED.has(name) ? LOCK_FAULTS : STATEMENT_FAULTS,
        // A claim that was not rolled back is not repeated, and the orders in progress are finished first.
        pausesAfter: (fault) =>
          (name !== 'claim' || fault === 'rolled back') &&
          remainingMs() > (NOT_RETRIED_MS[name] ?? Number.NEGATIVE_INFINITY),
        async act(fault) {
          switch (fault) {
            case 'not run':
              throw new DatabaseError(INJECTED, 'unavailable', undefined, undefined);
            case 'rolled back':
              throw new DatabaseError(INJECTED, 'contention', '40P01', undefined);
            case 'answer lost':
              await run();
              throw new DatabaseError(INJECTED, 'unavailable', undefined, undefined);
            case 'during a lock':
            case 'during a cancellation':
              return besideTransaction(operator, fault, firstOrder(parameters[0]), run);
            default:
              return run();
          }
        },
      });
    },
    transaction: () => Promise.reject(new Error('no use case of the histories needs a transaction')),
    close: async () => {},
  };
}

/** The first of the order ids that a statement is about; '' for all orders. */
function firstOrder(parameter: unknown): string {
  const [first = ''] = typeof parameter === 'string' ? (JSON.parse(parameter) as string[]) : [];
  return first;
}

async function besideTransaction<T>(
  operator: Psql,
  fault: 'during a lock' | 'during a cancellation',
  orderId: string,
  work: () => Promise<T>,
): Promise<T> {
  await operator.rows('BEGIN');
  const which = `order_id = $1::text OR $1::text = ''`;
  if (fault === 'during a lock') await operator.rows(`SELECT FROM orders WHERE ${which} FOR UPDATE`, [orderId]);
  else
    await operator.rows(
      `UPDATE orders SET status = 'Cancelled', due_at = NULL WHERE (${which}) AND status = 'Pending'`,
      [orderId],
    );
  try {
    return await work();
  } finally {
    await operator.rows('COMMIT');
  }
}

/** The queue as a container reaches it. */
export function heldQueue(container: Container, queue: QueueModel, nowMs: () => number): OrderQueue {
  return {
    send: (messages) =>
      container.hold({
        name: 'send',
        faults: ['refused', 'half refused', 'answer lost'],
        async act(fault) {
          for (const { orderId } of messages) queue.offered.add(orderId);
          const isTaken = (place: number) =>
            !queue.isDown && fault !== 'refused' && !(fault === 'half refused' && place % 2 === 0);
          const taken = packed(messages).filter((_, place) => isTaken(place));
          for (const pack of taken) queue.accept(pack, nowMs());
          const known = fault === 'answer lost' ? [] : taken.flatMap((pack) => pack.messages);
          return {
            accepted: known.map(({ orderId }) => orderId),
            failed: messages
              .filter((message) => !known.includes(message))
              .map(({ orderId }) => ({ orderId, reason: INJECTED })),
          };
        },
      }),
  };
}
