import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../support/free-port.ts';
import { waitUntil } from '../support/wait-until.ts';

/** A real PgBouncer before the database of this URL, with its default settings but for those given. */
export async function startPgBouncer(url: string, settings: Readonly<Record<string, string>>) {
  const { hostname, port, username, password, pathname } = new URL(url);
  const directory = await mkdtemp(join(tmpdir(), 'pgbouncer-'));
  await chmod(directory, 0o755);
  const [listenPort = 0] = await freePorts(1);
  const lines = Object.entries({
    listen_addr: '127.0.0.1',
    listen_port: String(listenPort),
    unix_socket_dir: '',
    auth_type: 'any',
    ...settings,
  }).map(([name, value]) => `${name} = ${value}`);
  const database = pathname.slice(1);
  const file = join(directory, 'pgbouncer.ini');
  const target = `host=${hostname} port=${port} dbname=${database} user=${username} password=${password}`;
  await writeFile(file, ['[databases]', `${database} = ${target}`, '[pgbouncer]', ...lines, ''].join('\n'));

  let log = '';
  // It refuses to run as root.
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const child: ChildProcess = spawn('pgbouncer', [file], { ...user, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data) => {
      log += data;
    });
  let failure: Error | undefined;
  child.on('error', (error) => {
    failure = error;
  });
  await waitUntil('PgBouncer listens', async () => {
    if (failure)
      throw new Error(`pgbouncer did not start; is it installed (apt-get install pgbouncer)? ${failure.message}`);
    if (child.exitCode !== null) throw new Error(`pgbouncer ended: ${log}`);
    return isOpen(listenPort);
  });
  return {
    url: `postgres://postgres@127.0.0.1:${listenPort}/${database}`,
    async close() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await rm(directory, { recursive: true });
    },
  };
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
