import { setTimeout as sleep } from 'node:timers/promises';
import {
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  RDSDataClient,
  RollbackTransactionCommand,
} from '@aws-sdk/client-rds-data';
import type { Logger } from '../observability/logger.ts';
import { toDatabaseError, wasNotBegun } from './data-api-error.ts';
import { decodeRows, encodeParameters } from './data-api-values.ts';
import type { Database, Parameter, Queryable, Transaction } from './database.ts';
import { inTurn } from './in-turn.ts';
import { toNamedParameters } from './named-parameters.ts';

export interface DataApiOptions {
  /** The ARN of the Aurora cluster. */
  readonly resourceArn: string;
  /** The ARN of the secret with the database user's name and password. */
  readonly secretArn: string;
  readonly databaseName: string;
  /**
   * Milliseconds for a statement, including retries, after which the client gives up. The service gives up after 45 s.
   */
  readonly statementTimeoutMs: number;
  readonly logger: Logger;
  /** Waits before a retry, for so many milliseconds. */
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

/**
 * The longest pause before the first retry, in milliseconds; doubles with each retry, with full jitter. A throttled
 * burst is over sooner.
 */
const FIRST_PAUSE_MS = 50;
/** A cluster takes 10 to 30 s to wake up, so it is enough to check every second. */
const LONGEST_PAUSE_MS = 1_000;
/** A cluster that has not woken up by then never will. Only statements with a longer timeout wait this long. */
const LONGEST_RETRY_MS = 120_000;

/** Every type that could be rounded is returned as text. */
const EXACT = { longReturnType: 'STRING', decimalReturnType: 'STRING' } as const;

type Call = <T>(send: (client: RDSDataClient, options: { abortSignal: AbortSignal }) => Promise<T>) => Promise<T>;

/** An Aurora cluster over HTTPS, without its own connection. */
export function connectDataApi(options: DataApiOptions): Database {
  // One attempt: the SDK would also repeat a statement whose response was lost, and which may be committed. This driver
  // retries what is safe to retry.
  const client = new RDSDataClient({ maxAttempts: 1 });
  const { resourceArn, secretArn, databaseName: database } = options;
  const cluster = { resourceArn, secretArn, database };
  const call: Call = (send) => untilBegun((abortSignal) => send(client, { abortSignal }), options);

  return {
    ...queryable(call, cluster),
    transaction: (work) => runTransaction(call, cluster, work),
    close: async () => client.destroy(),
  };
}

type Cluster = Pick<DataApiOptions, 'resourceArn' | 'secretArn'> & { readonly database: string };

/** Retries a call if the service has certainly not started it, within the timeout of the statement. */
async function untilBegun<T>(attempt: (signal: AbortSignal) => Promise<T>, options: DataApiOptions): Promise<T> {
  const signal = AbortSignal.timeout(options.statementTimeoutMs);
  const end = performance.now() + Math.min(options.statementTimeoutMs, LONGEST_RETRY_MS);
  for (let longestPause = FIRST_PAUSE_MS; ; longestPause = Math.min(2 * longestPause, LONGEST_PAUSE_MS)) {
    try {
      return await attempt(signal);
    } catch (error) {
      const left = end - performance.now();
      if (!wasNotBegun(error) || left < FIRST_PAUSE_MS) throw toDatabaseError(error);
      if (longestPause === FIRST_PAUSE_MS) options.logger.warn('The RDS Data API is not ready', { error });
      // At most half of the remaining time, so that a long pause does not use up the time for further attempts.
      await (options.pause ?? sleep)(Math.random() * Math.min(longestPause, left / 2));
    }
  }
}

function queryable(call: Call, cluster: Cluster, transactionId?: string): Queryable {
  return {
    async query<Row>(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
      const statement = new ExecuteStatementCommand({
        ...cluster,
        ...(transactionId !== undefined && { transactionId }),
        sql: toNamedParameters(sql),
        parameters: encodeParameters(parameters),
        includeResultMetadata: true,
        resultSetOptions: EXACT,
      });
      return decodeRows(await call((client, options) => client.send(statement, options)));
    },
  };
}

/** Never retried as a whole: only the caller knows whether its work can run twice. */
async function runTransaction<T>(
  call: Call,
  cluster: Cluster,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const begin = new BeginTransactionCommand(cluster);
  const { transactionId = '' } = await call((client, options) => client.send(begin, options));
  const queue = inTurn();
  const callInTurn: Call = (send) => queue(() => call(send));
  const transaction: Transaction = { kind: 'transaction', ...queryable(callInTurn, cluster, transactionId) };
  const { resourceArn, secretArn } = cluster;
  const id = { resourceArn, secretArn, transactionId };
  try {
    const result = await work(transaction);
    await callInTurn((client, options) => client.send(new CommitTransactionCommand(id), options));
    return result;
  } catch (error) {
    // If this also fails, the service rolls back by itself after 3 minutes, and keeps the locks until then. The first
    // error is more informative.
    await callInTurn((client, options) => client.send(new RollbackTransactionCommand(id), options)).catch(
      () => undefined,
    );
    throw error;
  }
}
