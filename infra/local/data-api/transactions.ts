import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { ServiceError } from './service-error.ts';
import type { Sessions } from './sessions.ts';

export interface TransactionLimits {
  /** Milliseconds without a call after which a transaction is rolled back. */
  readonly idleMs: number;
  /** Milliseconds after which it is rolled back in any case. */
  readonly totalMs: number;
}

interface OpenTransaction {
  readonly client: pg.PoolClient;
  readonly total: NodeJS.Timeout;
  idle: NodeJS.Timeout | undefined;
  busy: boolean;
}

export class Transactions {
  readonly #sessions: Sessions;
  readonly #limits: TransactionLimits;
  readonly #open = new Map<string, OpenTransaction>();

  constructor(sessions: Sessions, limits: TransactionLimits) {
    this.#sessions = sessions;
    this.#limits = limits;
  }

  async begin(database: string): Promise<string> {
    const client = await this.#sessions.take(database);
    try {
      await client.query('BEGIN');
    } catch (error) {
      await this.#sessions.giveBack(client);
      throw error;
    }
    const id = randomBytes(96).toString('base64');
    const total = setTimeout(() => this.#expire(id), this.#limits.totalMs).unref();
    const transaction = { client, total, idle: undefined, busy: false };
    this.#open.set(id, transaction);
    this.#startIdling(id, transaction);
    return id;
  }

  /** @throws ServiceError if the transaction is running another statement, or no longer exists */
  async run<T>(id: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const transaction = this.#find(id);
    clearTimeout(transaction.idle);
    transaction.busy = true;
    try {
      return await work(transaction.client);
    } finally {
      transaction.busy = false;
      if (this.#open.has(id)) this.#startIdling(id, transaction);
    }
  }

  async end(id: string, how: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    const transaction = this.#find(id);
    this.#open.delete(id);
    clearTimeout(transaction.idle);
    clearTimeout(transaction.total);
    try {
      await transaction.client.query(how);
    } finally {
      await this.#sessions.giveBack(transaction.client);
    }
  }

  async close(): Promise<void> {
    for (const id of [...this.#open.keys()]) await this.end(id, 'ROLLBACK').catch(() => undefined);
  }

  #find(id: string): OpenTransaction {
    const transaction = this.#open.get(id);
    if (!transaction) throw new ServiceError('TransactionNotFoundException', 404, `Transaction ${id} is not found`);
    if (transaction.busy) throw new ServiceError('DatabaseErrorException', 400, 'Transaction is still running a query');
    return transaction;
  }

  #startIdling(id: string, transaction: OpenTransaction): void {
    transaction.idle = setTimeout(() => this.#expire(id), this.#limits.idleMs).unref();
  }

  #expire(id: string): void {
    const transaction = this.#open.get(id);
    if (!transaction) return;
    // Also in the middle of a statement: the ROLLBACK waits for its end.
    transaction.busy = false;
    this.end(id, 'ROLLBACK').catch(() => undefined);
  }
}
