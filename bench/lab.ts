import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { postgresUrl, SUPERUSER } from '../infra/local/postgres/access.ts';
import { installPostgres, refugeOf } from '../infra/local/postgres/postgres-installation.ts';
import { embeddedAddresses } from '../infra/local/stack/addresses.ts';
import { embeddedEnvironment } from '../infra/local/stack/environment.ts';
import { dataApiPart, postgresPart, queuePart } from '../infra/local/stack/parts.ts';
import type { Part, RunningPart } from '../infra/local/stack/process/part.ts';
import type { StackSettings } from '../infra/local/stack/settings.ts';
import type { StackAddresses } from '../infra/local/stack/stack-file.ts';
import { migrate } from '../lib/database/migrate.ts';
import { freePorts } from '../test/support/free-port.ts';

export interface LabOptions {
  /** Where the database is kept for the next run. By default it is deleted. */
  readonly keepIn?: string | undefined;
  /** Also runs the emulator of the RDS Data API. */
  readonly dataApi?: boolean;
}

const open = new Set<Lab>();

/** Stops the servers of all labs when a run is interrupted. */
export async function closeLabs(): Promise<void> {
  for (const lab of open) await lab.close();
}

/**
 * The servers that `npm start` runs, with the same settings, on free ports: Postgres on disk with fsync
 * and synchronous_commit on, and the queue server with its messages on disk.
 */
export class Lab {
  readonly directory: string;
  readonly settings: StackSettings;
  readonly addresses: StackAddresses;
  /** Settings of the functions: no simulated work, and the default log level. */
  readonly env: NodeJS.ProcessEnv;
  readonly #keep: boolean;
  readonly #running: RunningPart[] = [];
  readonly #clients: pg.Client[] = [];

  static async open({ keepIn, dataApi = false }: LabOptions = {}): Promise<Lab> {
    const directory = keepIn ?? mkdtempSync(join(tmpdir(), 'order-bench-'));
    mkdirSync(directory, { recursive: true });
    // When the bench runs as root, Postgres runs as another user, which needs access.
    chmodSync(directory, 0o755);
    const [apiPort = 0, postgresPort = 0, queuePort = 0, dataApiPort = 0] = await freePorts(4);
    const settings = { directory, apiPort, postgresPort, queuePort, ...(dataApi && { dataApiPort }) };
    const lab = new Lab(settings, keepIn !== undefined);
    open.add(lab);
    try {
      await lab.start(postgresPart(await installPostgres(directory), settings));
      await migrate({ DATABASE_URL: lab.addresses.postgres }, () => undefined);
      if (dataApi) await lab.start(dataApiPart(settings));
      return lab;
    } catch (error) {
      await lab.close();
      throw error;
    }
  }

  private constructor(settings: StackSettings, keep: boolean) {
    this.#keep = keep;
    this.settings = settings;
    this.directory = settings.directory;
    this.addresses = embeddedAddresses(settings);
    this.env = {
      ...embeddedEnvironment(this.addresses, process.env),
      DATABASE_DRIVER: 'pg',
      PROCESSING_DELAY_MS: '0',
    };
  }

  /** Runs a part until it is stopped or the lab is closed. */
  async start(part: Part): Promise<RunningPart> {
    const running = await part.start(new AbortController().signal);
    this.#running.push(running);
    return running;
  }

  startQueue(): Promise<RunningPart> {
    return this.start(queuePart(this.settings));
  }

  /** A superuser session, which may read the state of the server; closed with the lab. */
  async connect(url = postgresUrl(this.settings, SUPERUSER)): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url, application_name: 'bench' });
    client.on('error', () => undefined);
    await client.connect();
    this.#clients.push(client);
    return client;
  }

  /** Another, empty database on the same server. */
  async createDatabase(name: string): Promise<string> {
    const client = await this.connect();
    await client.query(`CREATE DATABASE ${name}`);
    return postgresUrl(this.settings, SUPERUSER, name);
  }

  async close(): Promise<void> {
    open.delete(this);
    for (const client of this.#clients.splice(0)) await client.end().catch(() => undefined);
    for (const part of this.#running.splice(0).reverse()) await part.stop();
    if (this.#keep) return;
    rmSync(this.directory, { recursive: true, force: true });
    rmSync(refugeOf(this.directory), { recursive: true, force: true });
  }
}

/** Runs `use` with a lab, and closes the lab afterwards, also after an error. */
export async function withLab<T>(options: LabOptions, use: (lab: Lab) => Promise<T>): Promise<T> {
  const lab = await Lab.open(options);
  try {
    return await use(lab);
  } finally {
    await lab.close();
  }
}
