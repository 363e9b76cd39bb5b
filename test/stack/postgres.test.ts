import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { OWNER, postgresUrl } from '../../infra/local/postgres/access.ts';
import { startPostgres } from '../../infra/local/postgres/postgres.ts';
import { stopLeftOver } from '../../infra/local/postgres/postgres-cluster.ts';
import {
  installPostgres,
  type PostgresInstallation,
  refugeOf,
} from '../../infra/local/postgres/postgres-installation.ts';
import type { RunningPart } from '../../infra/local/stack/process/part.ts';
import { freePorts } from '../support/free-port.ts';
import '../support/starts-processes.ts';

let directory: string;
let installation: PostgresInstallation;
let port = 0;
let server: RunningPart | undefined;

beforeAll(async () => {
  directory = await makeDirectory(0o755);
  installation = await installPostgres(directory);
  [port = 0] = await freePorts(1);
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

afterAll(async () => {
  for (const path of [directory, refugeOf(directory)]) await rm(path, { recursive: true, force: true });
});

/** As root it matters whether other users may enter, because Postgres runs as one. */
async function makeDirectory(mode: number): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'order-backend-postgres-'));
  await chmod(path, mode);
  return path;
}

/** Waits for the disk, as `npm start` does: a killed server that did not might lose what it has confirmed. */
async function start(): Promise<RunningPart> {
  server = await startPostgres(installation, { port, directory });
  return server;
}

const urlOf = (role: string, database?: string) => postgresUrl({ directory, postgresPort: port }, role, database);

async function query<Row extends pg.QueryResultRow>(sql: string, url = urlOf(OWNER)): Promise<Row[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('the embedded Postgres', () => {
  test('the embedded Postgres starts from nothing, also after an interrupted initdb', async () => {
    await rm(installation.dataDirectory, { recursive: true, force: true });
    const interrupted = startPostgres(installation, {
      port,
      directory,
      signal: AbortSignal.timeout(100),
    });
    await expect(interrupted).rejects.toThrow(/abort/);
    await mkdir(`${installation.dataDirectory}.unfinished-1`);
    await start();
    const made = await readdir(dirname(installation.dataDirectory));
    expect(made.filter((name) => name.includes('unfinished'))).toEqual([]);
    expect(await query('SHOW server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
  });

  test("the embedded Postgres starts from nothing whatever the caller's dynamic loader has to preload", async () => {
    const elsewhere = await makeDirectory(0o755);
    process.env.LD_PRELOAD = '/nowhere.so';
    try {
      const other = await installPostgres(elsewhere);
      await (await startPostgres(other, { port, directory: elsewhere, disposable: true })).stop();
    } finally {
      delete process.env.LD_PRELOAD;
      await rm(elsewhere, { recursive: true });
    }
  });

  test('the embedded Postgres confirms nothing that is not on disk', async () => {
    await start();
    const settings = await query(
      `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')`,
    );
    expect(settings).toEqual([
      { name: 'fsync', setting: 'on' },
      { name: 'full_page_writes', setting: 'on' },
      { name: 'synchronous_commit', setting: 'on' },
    ]);
  });

  test('the embedded Postgres keeps its data when it is killed', async () => {
    const { pid, ended } = await start();
    await query('CREATE TABLE survivors AS SELECT 7 AS n');
    await query('INSERT INTO survivors VALUES (8)');
    process.kill(pid, 'SIGKILL');
    expect(await ended).toBe('was ended by SIGKILL');
    await start();
    expect(await query('SELECT n FROM survivors ORDER BY n')).toEqual([{ n: 7 }, { n: 8 }]);
  });

  test('the embedded Postgres replaces a server that still runs because its parent was killed', async () => {
    const leftOver = await start();
    await query('CREATE TABLE kept AS SELECT 7 AS n');
    await start();
    expect(await leftOver.ended).toBe('ended with code 0');
    expect(await query('SELECT n FROM kept')).toEqual([{ n: 7 }]);
  });

  test('the embedded Postgres ignores another process with the id of its predecessor', async () => {
    await (await start()).stop();
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const pidFile = join(installation.dataDirectory, 'postmaster.pid');
    await writeFile(pidFile, `${stranger.pid}\n${installation.dataDirectory}\n`);
    expect(await stopLeftOver(installation.dataDirectory)).toBeUndefined();
    await start();
    expect(stranger.exitCode).toBeNull();
    stranger.kill();
    await once(stranger, 'exit');
  });

  test('the embedded Postgres says why it does not start, with the line of its log', async () => {
    await start();
    const elsewhere = await makeDirectory(0o755);
    const other = await installPostgres(elsewhere);
    const second = startPostgres(other, { port, directory: elsewhere, disposable: true });
    await expect(second).rejects.toThrow('Postgres did not start: could not create any TCP/IP sockets');
    await rm(elsewhere, { recursive: true });
  });

  test('the embedded Postgres rejects data of another major version, and says what to do', async () => {
    await (await start()).stop();
    const versionFile = join(installation.dataDirectory, 'PG_VERSION');
    const version = await readFile(versionFile, 'utf8');
    await writeFile(versionFile, '12\n');
    await expect(start()).rejects.toThrow(/was written by Postgres 12, and this is 18; `npm run reset` deletes it/);
    await writeFile(versionFile, version);
  });
});

describe('below a directory that other users may not enter', () => {
  test('the embedded Postgres works below a directory that other users cannot enter, started by root', async () => {
    const closed = await makeDirectory(0o700);
    const isRoot = process.getuid?.() === 0;
    const here = await installPostgres(closed);
    expect(here.dataDirectory.startsWith(isRoot ? refugeOf(closed) : closed)).toBe(true);

    const running = await startPostgres(here, { port, directory: closed, disposable: true });
    const url = postgresUrl({ directory: closed, postgresPort: port });
    expect(await query('SELECT 1 AS n', url)).toEqual([{ n: 1 }]);
    await running.stop();

    // The second time it finds everything there.
    expect(await installPostgres(closed)).toEqual(here);
    for (const path of [closed, refugeOf(closed)]) await rm(path, { recursive: true, force: true });
  });
});
