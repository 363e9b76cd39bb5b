import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresUrl, SUPERUSER } from '../../infra/local/postgres/access.ts';
import { startPostgres } from '../../infra/local/postgres/postgres.ts';
import {
  installPostgres,
  type PostgresInstallation,
  refugeOf,
} from '../../infra/local/postgres/postgres-installation.ts';
import { freePorts } from './free-port.ts';

export interface PostgresServer {
  readonly url: string;
  readonly pid: number;
  readonly installation: PostgresInstallation;
  stop(): Promise<void>;
}

/** A separate Postgres: the embedded one, or another release. A disposable one does not wait for the disk. */
export async function startPostgresServer(
  how: { disposable: boolean; signal?: AbortSignal },
  release: Partial<PostgresInstallation> = {},
): Promise<PostgresServer> {
  const directory = await mkdtemp(join(tmpdir(), 'order-backend-test-'));
  const remove = async () => {
    await rm(directory, { recursive: true, force: true });
    await rm(refugeOf(directory), { recursive: true, force: true });
  };
  try {
    // When the tests run as root, Postgres runs as another user, which needs access.
    await chmod(directory, 0o755);
    const [port = 0] = await freePorts(1);
    const installation = { ...(await installPostgres(directory)), ...release };
    const server = await startPostgres(installation, { ...how, port, directory });
    return {
      installation,
      pid: server.pid,
      url: postgresUrl({ directory, postgresPort: port }, SUPERUSER, 'postgres'),
      async stop() {
        await server.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
