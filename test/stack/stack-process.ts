import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopLeftOver } from '../../infra/local/postgres/postgres-cluster.ts';
import { dataDirectoriesOf, refugeOf } from '../../infra/local/postgres/postgres-installation.ts';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { readStackFile, type StackFile } from '../../infra/local/stack/stack-file.ts';
import { SERVERLESS } from '../../infra/serverless-command.ts';
import { freePorts } from '../support/free-port.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Milliseconds: a first start on a machine that has much else to do; below jest's own timeout. */
export const START_MS = 50_000;

/** A place for a stack of one's own: a directory and three ports. */
export interface StackHome {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  /** Removes it, and ends a Postgres that a killed stack has left behind. */
  remove(): Promise<void>;
}

export async function makeStackHome(): Promise<StackHome> {
  const directory = await mkdtemp(join(tmpdir(), 'order-backend-stack-'));
  // As a checkout usually is; the user that Postgres runs as, when we are root, has to get in.
  await chmod(directory, 0o755);
  const [api, postgres, queue] = await freePorts(3);
  const { DATABASE_URL, QUEUE_URL, ...inherited } = process.env;
  return {
    directory,
    env: {
      ...inherited,
      LOCAL_DIR: directory,
      PORT: String(api),
      POSTGRES_PORT: String(postgres),
      QUEUE_PORT: String(queue),
      PROCESSING_DELAY_MS: '20',
      LOG_LEVEL: 'ERROR',
    },
    async remove() {
      const { inside, refuge } = dataDirectoriesOf(directory);
      await stopLeftOver(inside);
      await stopLeftOver(refuge);
      await rm(directory, { recursive: true, force: true });
      await rm(refugeOf(directory), { recursive: true, force: true });
    },
  };
}

/** A program of the local stack, run as npm runs it. */
export class StackProcess {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;
  #output = '';

  /**
   * @param command `start`, `start --external` or `reset`, or a command of Serverless such as `serverless offline`.
   * @param program Node, or a program that is given Node's path and arguments and runs it.
   */
  constructor(command: string, env: NodeJS.ProcessEnv, program: readonly string[] = []) {
    const [name, ...args] = command.split(' ');
    const script =
      name === 'serverless' ? [SERVERLESS] : ['--import=./infra/node-version.js', `infra/local/stack/${name}.ts`];
    const node = [process.execPath, ...script, ...args];
    const [executable = '', ...rest] = [...program, ...node];
    this.#child = spawn(
      executable,
      rest,
      // A separate group, like a job of a shell, so that Ctrl-C can be played.
      { cwd: REPOSITORY, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.pid = this.#child.pid as number;
    // Not `exit`: its last words may come later.
    this.#exit = once(this.#child, 'close').then(([code]) => code);
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
  }

  /** What it has written so far. */
  get output(): string {
    return this.#output;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves when it is gone, to its exit code; null when a signal ended it. */
  get exit(): Promise<number | null> {
    return this.#exit;
  }

  /** Waits for a text in the output. */
  async says(text: string): Promise<void> {
    const said = () => {
      if (!this.running && !this.#output.includes(text)) throw new Error(`It ended with: ${this.#output}`);
      return this.#output.includes(text);
    };
    await waitUntil(`"${text}" appears`, said, START_MS);
  }

  /** Waits until it is gone. @throws with all that it has written when it ended with another code. */
  async endsWith(code: number): Promise<void> {
    const actual = await this.#exit;
    if (actual !== code)
      throw new Error(`It ended with code ${actual} instead of ${code}, and wrote:\n${this.#output}`);
  }

  /** What Ctrl-C in a terminal does: a signal to all of its process group. */
  pressCtrlC(): void {
    process.kill(-this.pid, 'SIGINT');
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

/** Starts a stack and waits until it is ready. */
export async function startStack(home: StackHome, command = 'start'): Promise<StackProcess> {
  const stack = new StackProcess(command, home.env);
  try {
    await stack.says('Ready after');
  } catch (error) {
    // Nobody else knows it.
    stack.kill();
    throw error;
  }
  return stack;
}

export function stackFileOf(home: StackHome): StackFile {
  const file = readStackFile(home.directory);
  if (!file) throw new Error('there is no stack.json');
  return file;
}
