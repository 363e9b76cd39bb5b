import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Database } from '../../lib/database/database.ts';
import { loadMigrations, type Migration } from '../../lib/database/migration-files.ts';
import { applyMigrations } from '../../lib/database/migrations.ts';
import { connectPg } from '../../lib/database/pg.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { recordingLogger } from '../support/recording-logger.ts';

describe('a folder of migrations', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = (files: Record<string, string>) =>
    Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));

  test('a folder of migrations is read in the order of its numbers, statement by statement', async () => {
    await write({
      '000002-second.sql': 'SELECT 3',
      '000001-first.sql': 'SELECT 1\n--> statement-breakpoint\nSELECT 2\n',
      'README.md': 'not a migration',
    });

    expect(await loadMigrations(folder)).toEqual([
      {
        version: 1,
        name: '000001-first',
        statements: ['SELECT 1', 'SELECT 2'],
        checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      { version: 2, name: '000002-second', statements: ['SELECT 3'], checksum: expect.any(String) },
    ]);
  });

  test('has the name of the migration that one waits for', async () => {
    const waiting = '--> after-deployment-of: 000001-first\nSELECT 2';
    await write({ '000001-first.sql': 'SELECT 1', '000002-second.sql': waiting });
    expect((await loadMigrations(folder)).map(({ waitsFor }) => waitsFor)).toEqual([undefined, '000001-first']);
  });

  test('is refused when one waits for a later one, or for itself', async () => {
    await write({ '000001-first.sql': '--> after-deployment-of: 000001-first\nSELECT 1' });
    await expect(loadMigrations(folder)).rejects.toThrow('000001-first.sql: waits for 000001-first, which is not');
  });

  test('a changed migration has another checksum, also for changed white space', async () => {
    await write({ '000001-first.sql': 'SELECT 1' });
    const [before] = await loadMigrations(folder);
    await write({ '000001-first.sql': 'SELECT 1 ' });
    const [after] = await loadMigrations(folder);

    expect(after?.checksum).not.toBe(before?.checksum);
  });

  test.each([
    ['a number is missing', { '000001-a.sql': '', '000003-c.sql': '' }, '000003-c.sql: expected 2'],
    ['a number is there twice', { '000001-a.sql': '', '000001-b.sql': '' }, '000001-b.sql: expected 2'],
    ['the first is not number 1', { '000002-a.sql': '' }, '000002-a.sql: expected 1'],
    ['a name has no number', { 'orders.sql': '' }, 'orders.sql: expected 1'],
    ['a number has five digits', { '00001-a.sql': '' }, '00001-a.sql: expected 1'],
    ['a name has capitals', { '000001-A.sql': '' }, '000001-A.sql: expected 1'],
  ])('a folder of migrations is rejected if %s', async (_, files, message) => {
    await write(files);
    await expect(loadMigrations(folder)).rejects.toThrow(message);
  });
});

describe('migrating', () => {
  let own: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    own = await createTestDatabase();
    database = connectPg({
      url: own.url,
      poolSize: 6,
      statementTimeoutMs: 2_000,
      connectTimeoutMs: 5_000,
      logger: recordingLogger(),
    });
  });
  beforeEach(async () => {
    await database.query('DROP SCHEMA public CASCADE');
    await database.query('CREATE SCHEMA public');
  });
  afterAll(async () => {
    await database.close();
    await own.drop();
  });

  const migration = (version: number, ...statements: string[]): Migration => ({
    version,
    name: `00000${version}-step`,
    statements,
    checksum: statements.join(),
  });
  const FIRST = migration(1, 'CREATE TABLE a (id integer)', 'INSERT INTO a VALUES (1)');
  const SECOND = migration(2, 'INSERT INTO a VALUES (2)');

  const run = async (...migrations: Migration[]): Promise<string[]> => {
    const reported: string[] = [];
    await applyMigrations(database, migrations, { importTimeZone: 'UTC', report: (name) => reported.push(name) });
    return reported;
  };
  const rows = async () => (await database.query<{ id: number }>('SELECT id FROM a ORDER BY id')).map(({ id }) => id);

  test('migrating applies what is missing, in order, and reports it', async () => {
    expect(await run(FIRST)).toEqual(['000001-step']);
    expect(await run(FIRST, SECOND)).toEqual(['000002-step']);
    expect(await run(FIRST, SECOND)).toEqual([]);
    expect(await rows()).toEqual([1, 2]);
  });

  test('migrating rejects a migration that was changed after it was applied, by name, and applies nothing after it', async () => {
    await run(FIRST);

    await expect(run({ ...FIRST, checksum: 'another' }, SECOND)).rejects.toMatchObject({
      name: 'MigrationError',
      message: expect.stringMatching(/^000001-step was changed after it was applied/),
    });
    expect(await rows()).toEqual([1]);
  });

  test('migrating rejects a database that is newer than this version of the service', async () => {
    await run(FIRST, SECOND);

    await expect(run(FIRST)).rejects.toMatchObject({
      name: 'MigrationError',
      message: expect.stringMatching(/^000002-step was applied to this database and is unknown here/),
    });
  });

  test('migrating keeps the migrations before a failed one, rolls that one back, and can be repeated', async () => {
    const broken = migration(2, 'INSERT INTO a VALUES (2)', 'CREATE TABLE b (id integer)', 'SELECT 1/0');

    await expect(run(FIRST, broken)).rejects.toMatchObject({ sqlState: '22012' });

    expect(await rows()).toEqual([1]);
    expect(await database.query(`SELECT to_regclass('b') AS b`)).toEqual([{ b: null }]);
    expect(await run(FIRST, SECOND)).toEqual(['000002-step']);
  });

  describe('with one that waits for the deployment of another', () => {
    const WAITING = { ...migration(3, 'INSERT INTO a VALUES (3)'), waitsFor: '000002-step' };
    const LATER = migration(4, 'INSERT INTO a VALUES (4)');
    const reasons: string[] = [];
    const runAll = async (deployed?: number) => {
      reasons.length = 0;
      const options = { importTimeZone: 'UTC', report: () => undefined, ...(deployed !== undefined && { deployed }) };
      return applyMigrations(database, [FIRST, SECOND, WAITING, LATER], {
        ...options,
        deferred: (why) => reasons.push(why),
      });
    };

    test('applies it to a new database at once', async () => {
      expect(await runAll()).toBe(4);
      expect(reasons).toEqual([]);
    });

    test.each([undefined, 1])(
      'leaves it out while the deployed code knows %s, says why, and goes on',
      async (deployed) => {
        await run(FIRST);
        expect(await runAll(deployed)).toBe(2);
        expect(await rows()).toEqual([1, 2, 4]);
        expect(reasons).toEqual([
          expect.stringMatching(/^000003-step waits: code from before 000002-step cannot work/),
        ]);
      },
    );

    test('leaves it out of later runs, however old the other one is', async () => {
      await run(FIRST);
      await runAll();
      await database.query(`UPDATE schema_migrations SET applied_at = now() - interval '1 year'`);
      expect(await runAll(1)).toBe(0);
      expect(reasons).toHaveLength(1);
    });

    test('applies it once the other one is in the code that is deployed', async () => {
      await run(FIRST);
      await runAll();
      expect(await runAll(2)).toBe(1);
      expect(await rows()).toEqual([1, 2, 3, 4]);
    });
  });

  test('a migration can take longer than a statement of a request', async () => {
    await run(migration(1, 'SELECT pg_sleep(2.2)::text'));
  });

  test('five concurrent migrations apply each file once', async () => {
    const counting = [FIRST, SECOND];

    const reported = await Promise.all(Array.from({ length: 5 }, () => run(...counting)));

    expect(reported.flat().sort()).toEqual(['000001-step', '000002-step']);
    expect(await rows()).toEqual([1, 2]);
  });
});
