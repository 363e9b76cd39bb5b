import { cpus, totalmem } from 'node:os';
import type pg from 'pg';

/** What the results depend on apart from the code, in one line. */
export function describeMachine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpu?.model.trim()}, ${memory} GB, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}

export async function describePostgres(client: pg.Client): Promise<string> {
  const { rows } = await client.query(
    `SELECT current_setting('server_version') AS version, current_setting('shared_buffers') AS buffers,
            current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit`,
  );
  const [{ version, buffers, fsync, synchronous_commit }] = rows as [Record<string, string>];
  return `PostgreSQL ${version}, shared_buffers ${buffers}, fsync ${fsync}, synchronous_commit ${synchronous_commit}`;
}
