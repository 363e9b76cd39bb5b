import type { Database } from '../database/database.ts';
import type { Logger } from '../observability/logger.ts';
import { readProcessing } from './sql/processing-control.ts';

interface HealthDeps {
  readonly database: Database;
  /** Rejects if it does not respond. */
  readonly queue: { ping(): Promise<void> };
  readonly logger: Logger;
}

interface Health {
  readonly checks: {
    /** `read-only`: a standby, or default_transaction_read_only; it cannot store orders. */
    readonly database: 'ok' | 'failing' | 'read-only';
    readonly queue: 'ok' | 'failing';
  };
  /** `unknown` if the database, which stores it, is failing. */
  readonly processing: 'running' | 'paused' | 'unknown';
}

/** Milliseconds that a result is cached: the endpoint is public, and each check costs a statement and a request to SQS. */
const GOOD_FOR_MS = 1_000;

/**
 * The health of the service. Each process checks it at most once a second; requests in between share the result.
 * @param now milliseconds on a monotonic clock
 */
export function makeHealthCheck(deps: HealthDeps, now: () => number = () => performance.now()) {
  let last: { readonly at: number; readonly health: Promise<Health> } | undefined;
  return (): Promise<Health> => {
    if (!last || now() - last.at >= GOOD_FOR_MS) last = { at: now(), health: checkHealth(deps) };
    return last.health;
  };
}

/** Checks all dependencies concurrently, each with its usual timeout. Reasons go to the log. */
async function checkHealth({ database, queue, logger }: HealthDeps): Promise<Health> {
  const failed = (what: string) => (error: unknown) => {
    logger.warn(`The ${what} fails its health check`, { error });
    return undefined;
  };
  const [processing, readOnly, queueReplies] = await Promise.all([
    readProcessing(database).catch(failed('database')),
    isReadOnly(database).catch(failed('database')),
    queue.ping().then(() => true, failed('queue')),
  ]);
  return {
    checks: {
      database: processing && readOnly !== undefined ? (readOnly ? 'read-only' : 'ok') : 'failing',
      queue: queueReplies ? 'ok' : 'failing',
    },
    processing: processing ? (processing.paused ? 'paused' : 'running') : 'unknown',
  };
}

/** The value of this session, as set by the database, its role or a standby. */
async function isReadOnly(database: Database): Promise<boolean> {
  const [row] = await database.query<{ read_only: boolean }>(
    `SELECT current_setting('transaction_read_only') = 'on' AS read_only`,
  );
  return row?.read_only ?? false;
}
