import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Database, Transaction } from '../../lib/database/database.ts';
import { DRIVERS, type Subject } from '../support/contract.ts';

describe.each(DRIVERS)('transactions over $name', ({ open, canCut }) => {
  let subject: Subject;
  let database: Database;
  const testCuts = canCut ? test : test.skip;

  beforeAll(async () => {
    subject = await open();
    database = subject.database;
    await database.query('CREATE TABLE entries (id integer PRIMARY KEY, note text)');
  });
  beforeEach(async () => {
    await database.query('TRUNCATE entries');
  });
  afterAll(() => subject?.close());

  const ids = async () =>
    (await database.query<{ id: number }>('SELECT id FROM entries ORDER BY id')).map(({ id }) => id);
  const insert = (transaction: Transaction, id: number) =>
    transaction.query('INSERT INTO entries (id) VALUES ($1::integer)', [id]);

  test('a transaction commits all its changes, and returns the result of its work', async () => {
    const answer = await database.transaction(async (transaction) => {
      await insert(transaction, 1);
      await insert(transaction, 2);
      return transaction.query('SELECT count(*) AS entries FROM entries');
    });

    expect(answer).toEqual([{ entries: 2 }]);
    expect(await ids()).toEqual([1, 2]);
  });

  test('a transaction hides uncommitted changes from others', async () => {
    await database.transaction(async (transaction) => {
      await insert(transaction, 1);
      expect(await ids()).toEqual([]);
    });
    expect(await ids()).toEqual([1]);
  });

  test('a transaction is rolled back when the work throws, and rethrows the error', async () => {
    const failure = new Error('changed my mind');

    await expect(
      database.transaction(async (transaction) => {
        await insert(transaction, 1);
        throw failure;
      }),
    ).rejects.toBe(failure);
    expect(await ids()).toEqual([]);
  });

  test('a transaction is rolled back when a statement fails, and throws its error', async () => {
    await expect(
      database.transaction(async (transaction) => {
        await insert(transaction, 1);
        await insert(transaction, 1);
      }),
    ).rejects.toMatchObject({ kind: 'refused', sqlState: '23505' });
    expect(await ids()).toEqual([]);
  });

  test('a rolled-back transaction releases its locks', async () => {
    await database
      .transaction(async (transaction) => {
        await transaction.query('LOCK TABLE entries IN ACCESS EXCLUSIVE MODE');
        throw new Error('no');
      })
      .catch(() => undefined);

    expect(await ids()).toEqual([]);
  });

  test('a transaction runs concurrently sent statements one after another', async () => {
    await database.transaction(async (transaction) => {
      await Promise.all([1, 2, 3, 4].map((id) => insert(transaction, id)));
    });
    expect(await ids()).toEqual([1, 2, 3, 4]);
  });

  test('a transaction ends only after statements that nobody awaited', async () => {
    await expect(
      database.transaction((transaction) =>
        Promise.all([insert(transaction, 1), transaction.query('SELECT 1 / 0 AS n'), insert(transaction, 2)]),
      ),
    ).rejects.toMatchObject({ sqlState: '22012' });
    // With the locks still there, this would wait.
    await database.query('TRUNCATE entries');
  });

  test('transactions and single statements run concurrently', async () => {
    await Promise.all([
      ...[1, 2, 3].map((id) => database.transaction((transaction) => insert(transaction, id))),
      ...[4, 5, 6, 7, 8, 9].map((id) => database.query('INSERT INTO entries (id) VALUES ($1::integer)', [id])),
    ]);
    expect(await ids()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('a transaction has its own settings, which end with it', async () => {
    await database.transaction(async (transaction) => {
      await transaction.query(`SET LOCAL lock_timeout = '1234ms'`);
      await transaction.query(`SELECT set_config('orders.actor', $1::text, true)`, ['me']);
      expect(
        await transaction.query(
          `SELECT current_setting('lock_timeout') AS lock, current_setting('orders.actor') AS actor`,
        ),
      ).toEqual([{ lock: '1234ms', actor: 'me' }]);
    });
    expect(
      await database.query(
        `SELECT current_setting('lock_timeout') AS lock, coalesce(current_setting('orders.actor', true), '') AS actor`,
      ),
    ).toEqual([{ lock: '0', actor: '' }]);
  });

  describe('that get in each other’s way are contention', () => {
    test('40P01 is contention, for one of two transactions that wait for each other', async () => {
      await database.query('INSERT INTO entries (id) VALUES (1), (2)');
      const both = barrier(2);
      const lockBoth = (first: number, second: number) =>
        database.transaction(async (transaction) => {
          await transaction.query('SELECT id FROM entries WHERE id = $1::integer FOR UPDATE', [first]);
          await both();
          await transaction.query('SELECT id FROM entries WHERE id = $1::integer FOR UPDATE', [second]);
        });

      const outcomes = await Promise.allSettled([lockBoth(1, 2), lockBoth(2, 1)]);

      const failures = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason);
      expect(failures).toEqual([expect.objectContaining({ kind: 'contention', sqlState: '40P01', retryable: true })]);
    });

    test('40001 is contention, for one of two transactions that cannot be serialized', async () => {
      const both = barrier(2);
      const countThenInsert = (id: number) =>
        database.transaction(async (transaction) => {
          await transaction.query('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE');
          await transaction.query('SELECT count(*) AS entries FROM entries');
          await both();
          await insert(transaction, id);
        });

      const outcomes = await Promise.allSettled([countThenInsert(1), countThenInsert(2)]);

      const failures = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason);
      expect(failures).toEqual([expect.objectContaining({ kind: 'contention', sqlState: '40001', retryable: true })]);
      expect(await ids()).toHaveLength(1);
    });

    test('55P03 is contention, for a transaction that does not wait', async () => {
      await database.query('INSERT INTO entries (id) VALUES (1)');
      await database.transaction(async (holder) => {
        await holder.query('SELECT id FROM entries FOR UPDATE');
        await expect(database.query('SELECT id FROM entries FOR UPDATE NOWAIT')).rejects.toMatchObject({
          kind: 'contention',
          sqlState: '55P03',
          retryable: true,
        });
      });
    });
  });

  describe('whose connection breaks', () => {
    testCuts('in the middle keep nothing, and are not repeated', async () => {
      let runs = 0;
      subject.cutAt('cut here', 'cut after the reply');

      await expect(
        database.transaction(async (transaction) => {
          runs += 1;
          await insert(transaction, 1);
          await transaction.query(`INSERT INTO entries (id, note) VALUES (2, 'cut here')`);
        }),
      ).rejects.toMatchObject({ kind: 'unavailable' });

      expect(runs).toBe(1);
      expect(await ids()).toEqual([]);
      // The locks are gone, too.
      await database.query('TRUNCATE entries');
    });
  });
});

/** A function that resolves for all of its callers when so many have come. */
function barrier(callers: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let come = 0;
  return () => {
    come += 1;
    if (come === callers) resolve();
    return promise;
  };
}
