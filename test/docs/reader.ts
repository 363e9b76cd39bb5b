import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopLeftOver } from '../../infra/local/postgres/postgres-cluster.ts';
import { dataDirectoriesOf, refugeOf } from '../../infra/local/postgres/postgres-installation.ts';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { freePorts } from '../support/free-port.ts';
import { waitUntil } from '../support/wait-until.ts';
import type { Block } from './blocks.ts';

/** Milliseconds: three pages start a stack at once, on as few as two cores. It takes 5 to 10 s on a quiet machine. */
const START_MS = 120_000;

/** A line that starts the stack, with the settings before it. What npm ci installs is there already. */
const START = /^((?:[A-Z_]+=\S+ )*)(?:npm ci && )?npm start\b.*$/;

/** What a page has its reader set for a stage of theirs: here it is the local one. Not exported, so that no command notices. */
const STAGE = 'STAGE=local ORDERS_URL=http://localhost:8000/api/v1 ORDERS_API_KEY=none ORDER=ORD113';

/**
 * Somebody who follows a page: has a copy of the repository, runs its blocks one after another, starts the stack in a
 * second terminal, and stops the one that runs before starting another. A page that does not say how to start begins with
 * one that runs, and has the sample orders.
 */
export class Reader {
  readonly #directory = mkdtempSync(join(tmpdir(), 'order-backend-reader-'));
  readonly #env: NodeJS.ProcessEnv;
  readonly #port: number;
  #stack: ChildProcess | undefined;
  #output = '';

  static async make(): Promise<Reader> {
    const [api, postgres, queue] = await freePorts(3);
    return new Reader(api as number, postgres as number, queue as number);
  }

  private constructor(port: number, postgresPort: number, queuePort: number) {
    this.#port = port;
    const { DATABASE_URL, QUEUE_URL, LOCAL_DIR, ...others } = process.env;
    // No page may ever reach the account of the person who runs this.
    const inherited = Object.fromEntries(Object.entries(others).filter(([name]) => !name.startsWith('AWS_')));
    this.#env = {
      ...inherited,
      HOME: this.#directory,
      PORT: String(port),
      POSTGRES_PORT: String(postgresPort),
      QUEUE_PORT: String(queuePort),
    };
    const files = execFileSync('git', ['ls-files', '-z'], { cwd: REPOSITORY, encoding: 'utf8' })
      .split('\0')
      .filter(Boolean);
    for (const file of files) cpSync(join(REPOSITORY, file), join(this.#directory, file));
    symlinkSync(join(REPOSITORY, 'node_modules'), join(this.#directory, 'node_modules'));
  }

  /** @throws Error with all that it wrote when a command fails. */
  async run({ commands, place }: Block): Promise<string> {
    let output = '';
    let pending = '';
    for (const line of [...commands.split('\n'), undefined]) {
      const start = line === undefined ? undefined : START.exec(line);
      if (line !== undefined && !start) {
        pending += `${line}\n`;
        continue;
      }
      if (pending.trim() !== '') {
        if (!this.#stack) {
          await this.#start('', place);
          await this.#bash('npm run seed', place);
        }
        output += await this.#bash(pending, place);
      }
      pending = '';
      if (start) await this.#start(start[1] ?? '', place);
    }
    return output;
  }

  #bash(commands: string, place: string): Promise<string> {
    const script = `${STAGE}\n${commands}`.replaceAll('localhost:8000', `localhost:${this.#port}`);
    // curl says with its exit code, too, that a request was refused.
    const shell = spawn(
      'bash',
      ['-c', `set -euo pipefail\ncurl() { command curl --fail-with-body -sS "$@"; }\n${script}`],
      {
        cwd: this.#directory,
        env: this.#env,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let output = '';
    for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (text) => (output += text));
    return new Promise((resolve, reject) =>
      shell.on('close', (code) =>
        code === 0
          ? resolve(output)
          : reject(new Error(`${place} ended with ${code}:\n${script}\n${output}\n${this.#output}`)),
      ),
    );
  }

  async #start(settings: string, place: string): Promise<void> {
    await this.#pressCtrlC();
    const extra = Object.fromEntries(
      settings
        .split(' ')
        .filter(Boolean)
        .map((setting) => setting.split('=') as [string, string]),
    );
    this.#output = '';
    const stack = spawn('npm', ['start'], {
      cwd: this.#directory,
      env: { ...this.#env, ...extra },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#stack = stack;
    for (const stream of [stack.stdout, stack.stderr]) stream.on('data', (text) => (this.#output += text));
    await waitUntil(
      `the stack of ${place} is ready`,
      () => {
        if (stack.exitCode !== null) throw new Error(`the stack of ${place} ended:\n${this.#output}`);
        return this.#output.includes('Ready after');
      },
      START_MS,
    );
  }

  async #pressCtrlC(): Promise<void> {
    const stack = this.#stack;
    if (stack?.pid === undefined || stack.exitCode !== null) return;
    const gone = new Promise((resolve) => stack.on('close', resolve));
    process.kill(-stack.pid, 'SIGINT');
    await gone;
  }

  async leave(): Promise<void> {
    await this.#pressCtrlC();
    const local = join(this.#directory, '.local');
    const { inside, refuge } = dataDirectoriesOf(local);
    await stopLeftOver(inside);
    await stopLeftOver(refuge);
    rmSync(refugeOf(local), { recursive: true, force: true });
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
