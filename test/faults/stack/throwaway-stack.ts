import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PurgeQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { readDeployment } from '../../../infra/local/lambda/deployment.ts';
import { ensureQueues } from '../../../infra/local/lambda/queues.ts';
import {
  installPostgres,
  type PostgresInstallation,
  refugeOf,
} from '../../../infra/local/postgres/postgres-installation.ts';
import { embeddedAddresses } from '../../../infra/local/stack/addresses.ts';
import { embeddedEnvironment } from '../../../infra/local/stack/environment.ts';
import { postgresPart, queuePart } from '../../../infra/local/stack/parts.ts';
import { nodeProcess } from '../../../infra/local/stack/process/node-process.ts';
import type { Part } from '../../../infra/local/stack/process/part.ts';
import type { StackSettings } from '../../../infra/local/stack/settings.ts';
import { REPOSITORY } from '../../../infra/local/stack/settings.ts';
import type { StackAddresses } from '../../../infra/local/stack/stack-file.ts';
import { migrate } from '../../../lib/database/migrate.ts';
import { freePorts } from '../../support/free-port.ts';
import { connectPsql, type Psql } from '../../support/psql.ts';
import { makeAmbushDirectory } from './ambush.ts';
import { installAudit } from './audit.ts';
import type { Effect } from './audit-steps.ts';
import { resolveService, type Timing } from './service.ts';

/** The program to load from the directory of the lab, in its own checkout. */
const programEnvironment = (directory: string) => ({
  // Otherwise the processes would inherit the options of the test runner.
  NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import=${pathToFileURL(join(directory, 'preload.ts')).href}`,
  PROCESSOR: join(directory, 'processor.ts'),
});

/** Milliseconds that a stopped program has to end; the data that it leaves is deleted anyway. */
const STOP_MS = 2_000;

export interface StackOptions {
  readonly timing: Timing;
  /** Settings of the functions in addition to the addresses. */
  readonly env?: NodeJS.ProcessEnv;
  /** The folder of the migrations that the database begins with; by default all. */
  readonly migrations?: string;
  /** Changes the Postgres that is run. */
  readonly postgres?: (installation: PostgresInstallation, directory: string) => PostgresInstallation;
}

/**
 * The parts of a stack in a separate directory, on free ports: what `npm start` runs, except that API and worker are
 * small programs around the same handlers (api.ts, worker.ts). Nothing is started here; the caller starts
 * and kills the parts.
 */
export class ThrowawayStack {
  readonly directory: string;
  readonly settings: StackSettings;
  readonly addresses: StackAddresses;
  readonly env: NodeJS.ProcessEnv;
  readonly postgres: Part;
  readonly queue: Part;
  readonly sqs: SQSClient;
  readonly installation: PostgresInstallation;
  readonly #service: unknown;
  readonly #migrations: string | undefined;

  static async make(options: StackOptions): Promise<ThrowawayStack> {
    const directory = mkdtempSync(join(tmpdir(), 'order-faults-'));
    // When the tests run as root, Postgres runs as another user, which needs access.
    chmodSync(directory, 0o755);
    const service = await resolveService(options.timing);
    const [apiPort = 0, postgresPort = 0, queuePort = 0] = await freePorts(3);
    const installation = await installPostgres(directory);
    return new ThrowawayStack(options, service, installation, { apiPort, postgresPort, queuePort, directory });
  }

  private constructor(
    { timing, env, postgres, migrations }: StackOptions,
    service: unknown,
    installation: PostgresInstallation,
    settings: StackSettings,
  ) {
    this.#service = service;
    this.#migrations = migrations;
    this.settings = settings;
    this.directory = settings.directory;
    this.addresses = embeddedAddresses(settings);
    this.installation = postgres?.(installation, this.directory) ?? installation;
    this.postgres = postgresPart(this.installation, settings);
    this.queue = queuePart(settings);
    this.sqs = new SQSClient({
      endpoint: this.addresses.sqs,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      useQueueUrlAsEndpoint: false,
      maxAttempts: 1,
    });
    makeAmbushDirectory(this.ambushes);
    writeFileSync(this.#serviceFile, JSON.stringify(service));
    this.env = {
      ...embeddedEnvironment(this.addresses, process.env),
      ...programEnvironment(import.meta.dirname),
      RESEND_AFTER_SECONDS: String(timing.resendAfter),
      PROCESSING_DELAY_MS: '20',
      RUNS: join(this.directory, 'runs'),
      EFFECTS: join(this.directory, 'effects'),
      LEDGER: join(this.directory, 'ledger'),
      AMBUSH: this.ambushes,
      SERVICE: this.#serviceFile,
      LOG_LEVEL: 'WARN',
      ...env,
    };
  }

  get #serviceFile(): string {
    return join(this.directory, 'service.json');
  }

  get ambushes(): string {
    return join(this.directory, 'ambushes');
  }

  logFile(name: string): string {
    return join(this.directory, `${name}.log`);
  }

  /** What a program has printed so far. */
  logOf(name: string): string {
    return this.#read(`${name}.log`);
  }

  /** One `[order id, attempt, process id]` per run of the processor. */
  runs(): [string, number, number][] {
    return this.#read('runs')
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const [, orderId = '', attempt, pid] = /^(.*) (\d+) (\d+)$/.exec(line) ?? [];
        return [orderId, Number(attempt), Number(pid)];
      });
  }

  /** One entry per run of a step, in sequence. */
  effects(): Effect[] {
    return this.#read('effects')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  }

  /** One order id for each time that a worker believed it had completed the order. */
  completions(): string[] {
    return this.#read('ledger')
      .split('\n')
      .slice(0, -1)
      .map((line) => line.slice(0, line.lastIndexOf(' ')));
  }

  #read(file: string): string {
    const path = join(this.directory, file);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  /** @param checkout the checkout whose code is run; by default this one */
  apiPart(name = 'api', port = this.settings.apiPort, env: NodeJS.ProcessEnv = {}, checkout = REPOSITORY): Part {
    return this.#program(name, 'api.ts', { PORT: String(port), ...env }, checkout);
  }

  workerPart(name = 'worker', env: NodeJS.ProcessEnv = {}, checkout = REPOSITORY): Part {
    return this.#program(name, 'worker.ts', env, checkout);
  }

  #program(name: string, file: string, env: NodeJS.ProcessEnv, checkout: string): Part {
    const own = join(checkout, 'test/faults/stack');
    return nodeProcess({
      name,
      command: [join(own, file)],
      env: { ...this.env, ...(checkout !== REPOSITORY && programEnvironment(own)), ...env },
      stopMs: STOP_MS,
      logFile: this.logFile(name),
    });
  }

  /** Creates the tables, the audit trigger and the queues, when both servers run. */
  async prepare(): Promise<void> {
    await migrate({ DATABASE_URL: this.addresses.postgres }, () => undefined, {
      ...(this.#migrations !== undefined && { folder: this.#migrations }),
    });
    await this.withPsql(installAudit);
    await ensureQueues(this.sqs, this.deployment.queues);
  }

  get deployment() {
    return readDeployment(this.#service, REPOSITORY);
  }

  /** Opens a new psql session: one that is kept dies with Postgres. */
  async withPsql<T>(use: (psql: Psql) => Promise<T>): Promise<T> {
    const psql = await connectPsql(this.addresses.postgres);
    try {
      return await use(psql);
    } finally {
      await psql.end();
    }
  }

  /** Removes all orders, messages, ambushes and notes. */
  async empty(): Promise<void> {
    for (const notes of [this.ambushes, join(this.directory, 'runs'), join(this.directory, 'ledger')])
      rmSync(notes, { recursive: true, force: true });
    makeAmbushDirectory(this.ambushes);
    await this.withPsql((psql) => psql.rows('TRUNCATE orders; TRUNCATE audit, lab_audit'));
    for (const QueueUrl of [this.addresses.queueUrl, this.addresses.deadLetterQueueUrl])
      await this.sqs.send(new PurgeQueueCommand({ QueueUrl }));
  }

  /** Removes the directory. All parts must have been stopped. */
  remove(): void {
    this.sqs.destroy();
    rmSync(this.directory, { recursive: true, force: true });
    rmSync(refugeOf(this.directory), { recursive: true, force: true });
  }
}
