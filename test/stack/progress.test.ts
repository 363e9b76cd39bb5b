import { chmod, cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createCluster } from '../../infra/local/postgres/postgres-cluster.ts';
import { installPostgres } from '../../infra/local/postgres/postgres-installation.ts';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { validateProcessor } from '../../infra/local/stack/validate-processor.ts';
import { loadConfig } from '../../lib/config.ts';
import { migrate } from '../../lib/database/migrate.ts';
import { PROGRESS_MS, withProgress } from '../../lib/observability/progress.ts';
import { createTestDatabase } from '../support/database.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { connectPsql } from '../support/psql.ts';
import { waitForLockWaits } from '../support/wait-until.ts';
import '../support/starts-processes.ts';

let directory: string;
let printed: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'order-backend-progress-'));
  printed = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  // 5 s are over when the test says so. Everything else runs in real time.
  jest.useFakeTimers({
    doNotFake: [
      'Date',
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setTimeout',
      'clearTimeout',
    ],
  });
});
afterEach(async () => {
  jest.useRealTimers();
  jest.restoreAllMocks();
  await rm(directory, { recursive: true, force: true });
});

const waited = (times = 1) => jest.advanceTimersByTime(times * PROGRESS_MS);

test('a wait reports every 5 seconds what it is for, and nothing once it is over', async () => {
  let end = () => {};
  let stage = 'first';
  const waiting = withProgress(
    (line) => printed.push(line),
    () => stage,
    new Promise<string>((resolve) => {
      end = () => resolve('done');
    }),
  );
  waited(2);
  stage = 'second';
  waited();
  end();
  expect(await waiting).toBe('done');
  waited(3);
  const seconds = expect.stringMatching(/ \(\d+ s so far\)$/);
  expect(printed).toEqual([seconds, seconds, seconds]);
  expect(printed.map((line) => line.split(' ')[0])).toEqual(['first', 'first', 'second']);
});

test('a failed wait fails in the same way, and reports nothing afterwards', async () => {
  const refused = withProgress((line) => printed.push(line), 'waiting', Promise.reject(new Error('refused')));
  await expect(refused).rejects.toThrow('refused');
  waited();
  expect(printed).toEqual([]);
});

test('migrations that wait for those of another process say so', async () => {
  const database = await createTestDatabase();
  await forThisTest(Promise.resolve({ close: () => database.drop() }));
  const other = await connectPsql(database.url);
  await other.rows('BEGIN');
  // lib/database/migrations.ts, ADVISORY_LOCK
  await other.rows('SELECT pg_advisory_xact_lock(7402311)');
  const migrating = migrate({ DATABASE_URL: database.url }, (line) => printed.push(line));
  await waitForLockWaits(other, 1);
  waited();
  await other.rows('COMMIT');
  await migrating;
  await other.end();
  expect(printed[0]).toMatch(/^waiting until no other process migrates this database \(\d+ s so far\)$/);
  expect(printed.slice(1)).toEqual(['the database is up to date']);
});

test('a migration that takes long reports its name', async () => {
  const database = await createTestDatabase();
  await forThisTest(Promise.resolve({ close: () => database.drop() }));
  const folder = join(directory, 'migrations');
  await cp(join(REPOSITORY, 'infra/migrations'), folder, { recursive: true });
  const next = String((await readdir(folder)).filter((file) => file.endsWith('.sql')).length + 1).padStart(6, '0');
  await writeFile(join(folder, `${next}-slow.sql`), 'SELECT true AS locked FROM pg_advisory_xact_lock(1)');
  const other = await connectPsql(database.url);
  await other.rows('SELECT pg_advisory_lock(1)');
  const migrating = migrate({ DATABASE_URL: database.url }, (line) => printed.push(line), { folder });
  await waitForLockWaits(other, 1);
  waited();
  await other.rows('SELECT pg_advisory_unlock(1)');
  await migrating;
  await other.end();
  expect(printed[0]).toBe(`applying ${next}-slow`);
  expect(printed[1]).toMatch(new RegExp(`^still applying ${next}-slow \\(\\d+ s so far\\)$`));
});

test('the first start says that it waits for initdb', async () => {
  await chmod(directory, 0o755);
  const state = { ended: false };
  const creating = createCluster(await installPostgres(directory), { sync: false }).finally(() => {
    state.ended = true;
  });
  // In every turn of the event loop, because initdb can take less than half a second.
  while (!state.ended && printed.length === 0) {
    await new Promise((resolve) => setImmediate(resolve));
    waited();
  }
  await creating;
  expect(printed[0]).toMatch(/^ {2}postgres +initdb is creating the data directory \(\d+ s so far\)$/);
});

test('a start whose processor takes long to load says so', async () => {
  const file = join(directory, 'processor.ts');
  const loaded = join(directory, 'loaded');
  await writeFile(
    file,
    `import { existsSync } from 'node:fs';
     while (!existsSync(${JSON.stringify(loaded)})) await new Promise((resolve) => setTimeout(resolve, 10));
     export default async () => {};`,
  );
  const env = {
    ...process.env,
    DATABASE_URL: 'postgres://127.0.0.1/x',
    QUEUE_URL: 'http://127.0.0.1/q',
    PROCESSOR: file,
  };
  const demanding = validateProcessor(loadConfig(env), env, new AbortController().signal);
  waited();
  await writeFile(loaded, '');
  await demanding;
  expect(printed).toEqual([expect.stringMatching(/^ {2}processor +loading .*processor\.ts \(\d+ s so far\)$/)]);
});
