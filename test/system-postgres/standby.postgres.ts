import { appendFile, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findInconsistencies } from '../support/consistency.ts';
import { createTestDatabase, databaseAt, makeTemplate } from '../support/database.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { freePorts } from '../support/free-port.ts';
import { anOrder, countdown, openOrderLab } from '../support/order-lab.ts';
import { type PostgresServer, startPostgresServer } from '../support/postgres-server.ts';
import { connectPsql, type Psql } from '../support/psql.ts';
import { waitUntil } from '../support/wait-until.ts';
import { runProgram, systemPostgres } from './system-postgres.ts';

let primary: PostgresServer;
let standby: string;
let psql: Psql;
let url: URL;

const run = (program: Parameters<typeof runProgram>[1], ...args: string[]) =>
  runProgram(primary.installation, program, args);

beforeAll(async () => {
  primary = await startPostgresServer({ disposable: true }, await systemPostgres());
  process.env.TEST_POSTGRES_URL = primary.url;
  await makeTemplate(primary.url);
  psql = await connectPsql(primary.url);
  const { dataDirectory, user } = primary.installation;
  await appendFile(join(dataDirectory, 'pg_hba.conf'), 'host replication all 127.0.0.1/32 scram-sha-256\n');
  await psql.rows('SELECT pg_reload_conf()');

  standby = `${dataDirectory}-standby`;
  await mkdir(standby, 0o700);
  if (user) await chown(standby, user.uid, user.gid);
  const copy = ['--write-recovery-conf', '--wal-method=stream', '--checkpoint=fast'];
  await run('pg_basebackup', ...copy, `--pgdata=${standby}`, `--dbname=${primary.url}`);
  const [port = 0] = await freePorts(1);
  const connections = await psql.value<string>('SHOW max_connections');
  // A standby needs as many connections as its primary.
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=${connections} -c fsync=off`;
  await run(
    'pg_ctl',
    'start',
    '--wait',
    `--pgdata=${standby}`,
    `--log=${join(standby, 'log')}`,
    `--options=${settings}`,
  );
  url = new URL(primary.url);
  url.port = String(port);
});
afterAll(async () => {
  await psql?.end();
  if (url) await run('pg_ctl', 'stop', '--mode=immediate', `--pgdata=${standby}`);
  await primary?.stop();
});

test('a synchronous standby that is promoted mid-work has every accepted order, and completes each once', async () => {
  await psql.rows(`ALTER SYSTEM SET synchronous_standby_names = '*'`);
  await psql.rows('SELECT pg_reload_conf()');
  await waitUntil('the standby is synchronous', async () => {
    return (await psql.value(`SELECT count(*)::integer FROM pg_stat_replication WHERE sync_state = 'sync'`)) === 1;
  });
  const { url: onPrimary } = await createTestDatabase();
  const before = await openOrderLab({ url: onPrimary });
  const accepted: string[] = [];
  const processed: string[] = [];
  const untilItFails = async (work: () => Promise<unknown>) => {
    try {
      for (;;) await work();
    } catch (error) {
      return (error as Error).name;
    }
  };
  const work = [
    untilItFails(async () => {
      const order = anOrder();
      if ((await before.create(order)) === 'created') accepted.push(order.orderId);
    }),
    untilItFails(async () => {
      const { length } = processed;
      const next = accepted.slice(length, length + 10);
      processed.push(...next);
      // Retries for as long as its invocation lasts.
      await before.process(next, {}, { remainingMs: countdown(3_000) });
      await new Promise(setImmediate);
    }),
  ];
  await waitUntil('orders are created and processed', () => processed.length > 100);
  process.kill(primary.pid, 'SIGKILL');
  expect(await Promise.all(work)).toEqual(['DatabaseError', 'DatabaseError']);
  await before.close().catch(() => undefined);

  const after = await forThisTest(openOrderLab({ url: databaseAt(url.href, new URL(onPrimary).pathname.slice(1)) }));
  await after.psql.rows('SELECT pg_promote()');
  const stored = await after.psql.rows<{ id: string }>('SELECT order_id AS id FROM orders');
  expect(stored.map(({ id }) => id)).toEqual(expect.arrayContaining(accepted));
  const ids = stored.map(({ id }) => id);
  await after.killLease(...ids);
  await after.process(ids);
  const completions = await after.psql.rows<{ times: number }>(
    `SELECT count(*)::integer AS times FROM order_history WHERE to_status = 'Completed' GROUP BY order_id`,
  );
  expect(completions).toEqual(ids.map(() => ({ times: 1 })));
  expect(await findInconsistencies(after.psql)).toEqual([]);
});
