import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Database } from '../../lib/database/database.ts';
import { DRIVERS, type Subject } from '../support/contract.ts';

describe.each(DRIVERS)('a failed statement over $name', ({ open, canCut }) => {
  let subject: Subject;
  let database: Database;
  const testCuts = canCut ? test : test.skip;

  beforeAll(async () => {
    subject = await open();
    database = subject.database;
    await database.query('CREATE TABLE things (id integer PRIMARY KEY CHECK (id < 1000), name text NOT NULL)');
    await database.query(`INSERT INTO things VALUES (1, 'first')`);
  });
  afterAll(() => subject?.close());

  test.each([
    ['refused', '23505', 'a taken key', `INSERT INTO things VALUES (1, 'again')`],
    ['refused', '23514', 'a broken check', `INSERT INTO things VALUES (1000, 'n')`],
    ['refused', '23502', 'a missing value', 'INSERT INTO things VALUES (2, NULL)'],
    ['refused', '22P02', 'a text that is not a number', `SELECT 'x'::integer AS n`],
    ['refused', '22003', 'a number that is too great', 'SELECT 2147483647 + 1 AS n'],
    ['refused', '22012', 'a division by zero', 'SELECT 1 / 0 AS n'],
    ['defect', '42P01', 'an unknown table', 'SELECT 1 AS n FROM nowhere'],
    ['defect', '42703', 'an unknown column', 'SELECT nothing FROM things'],
    ['defect', '42601', 'broken SQL', 'SELEC 1'],
  ])('a failed statement is %s (%s) for %s', async (kind, sqlState, _, sql) => {
    await expect(database.query(sql)).rejects.toMatchObject({ name: 'DatabaseError', kind, sqlState });
    expect(await database.query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  test('a failed statement has the error text of Postgres, and the original error', async () => {
    await expect(database.query(`INSERT INTO things VALUES (1, 'again')`)).rejects.toMatchObject({
      message: expect.stringContaining('duplicate key value violates unique constraint "things_pkey"'),
      cause: expect.any(Object),
    });
  });

  test('a failed statement is classified by its SQLSTATE, whatever its message contains', async () => {
    await expect(database.query('SELECT $1::integer AS n', ['; SQLState: 40001'])).rejects.toMatchObject({
      kind: 'refused',
      sqlState: '22P02',
    });
  });

  test('two statements in one call are a defect', async () => {
    await expect(database.query('SELECT 1 AS n, $1::text AS t; SELECT 2 AS n', ['t'])).rejects.toMatchObject({
      kind: 'defect',
    });
  });

  test('a statement that exceeds its timeout is unavailable', async () => {
    const impatient = subject.connect({ statementTimeoutMs: 200 });

    await expect(impatient.query('SELECT true AS slept FROM pg_sleep(2)')).rejects.toMatchObject({
      kind: 'unavailable',
      retryable: true,
    });
  });

  describe('whose connection breaks is unavailable', () => {
    testCuts.each([
      ['before it is sent', 0],
      ['cut after the reply', 1],
    ] as const)('%s: it was run %i times, and never again by the driver', async (cut, times) => {
      const name = `cut ${cut}`;
      const cutsBefore = subject.cutsDone();
      subject.cutAt(name, cut);

      await expect(
        database.query(`INSERT INTO things SELECT 100 + count(*), '${name}' FROM things`),
      ).rejects.toMatchObject({ name: 'DatabaseError', kind: 'unavailable', sqlState: undefined, retryable: true });

      expect(subject.cutsDone() - cutsBefore).toBe(1);
      expect(await database.query('SELECT count(*) AS times FROM things WHERE name = $1::text', [name])).toEqual([
        { times },
      ]);
    });
  });
});
