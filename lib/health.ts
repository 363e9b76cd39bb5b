import type { Database } from './database/database.ts';
import type { Logger } from './logger.ts';
import { readProcessing } from './orders/sql/processing-control.ts';

export interface HealthParts {
  readonly database: Database;
  /** Something that rejects when it does not answer. */
  readonly queue: { demandAnswer(): Promise<void> };
  readonly logger: Logger;
}

export interface Health {
  readonly checks: {
    /** `read-only`: a standby, or default_transaction_read_only; it takes no orders. */
    readonly database: 'ok' | 'failing' | 'read-only';
    readonly queue: 'ok' | 'failing';
  };
  /** `unknown` when the database, which knows it, is failing. */
  readonly processing: 'running' | 'paused' | 'unknown';
}

/** Milliseconds for which a result is good: the endpoint is public, and each look costs a statement and a request to SQS. */
const GOOD_FOR_MS = 1_000;

/**
 * The health of the service, looked at once a second at most by each process; those who ask in between share the result.
 * @param now milliseconds of a clock that never goes back
 */
export function makeHealthCheck(parts: HealthParts, now: () => number = () => performance.now()) {
  let last: { readonly at: number; readonly health: Promise<Health> } | undefined;
  return (): Promise<Health> => {
    if (!last || now() - last.at >= GOOD_FOR_MS) last = { at: now(), health: checkHealth(parts) };
    return last.health;
  };
}

/** Asks what the service needs, side by side, each with the time-out that it has for its work. Reasons go to the log. */
export async function checkHealth({ database, queue, logger }: HealthParts): Promise<Health> {
  const failed = (what: string) => (error: unknown) => {
    logger.warn(`The ${what} fails its health check`, { error });
    return undefined;
  };
  const [processing, readOnly, answered] = await Promise.all([
    readProcessing(database).catch(failed('database')),
    isReadOnly(database).catch(failed('database')),
    queue.demandAnswer().then(() => true, failed('queue')),
  ]);
  return {
    checks: {
      database: processing && readOnly !== undefined ? (readOnly ? 'read-only' : 'ok') : 'failing',
      queue: answered ? 'ok' : 'failing',
    },
    processing: processing ? (processing.paused ? 'paused' : 'running') : 'unknown',
  };
}

/** Of this session, as the database, its role or a standby has it. */
async function isReadOnly(database: Database): Promise<boolean> {
  const [row] = await database.query<{ read_only: boolean }>(
    `SELECT current_setting('transaction_read_only') = 'on' AS read_only`,
  );
  return row?.read_only ?? false;
}
