import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { REPOSITORY } from '../infra/local/stack/settings.ts';

const DIE_WITH_PARENT = new URL('../infra/local/stack/process/die-with-parent.ts', import.meta.url).href;

/** Starts a Node program that ends with this process and has a channel to it. */
export function spawnNode(command: readonly string[], env: NodeJS.ProcessEnv, cwd = REPOSITORY): ChildProcess {
  return spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', `--import=${DIE_WITH_PARENT}`, ...profiling(), ...command],
    { cwd, env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
}

/** BENCH_PROFILE=<directory>: a CPU profile of each program there, for Chrome's developer tools. */
function profiling(): string[] {
  const directory = process.env.BENCH_PROFILE;
  return directory ? ['--cpu-prof', `--cpu-prof-dir=${directory}`] : [];
}

/** Milliseconds: loading Serverless takes 2 s on a small machine. If loading fails, the process does not always end. */
const START_MS = 60_000;

/**
 * Resolves when the program reports that it is ready, with that time in milliseconds since 1970.
 * @throws if it ends before, or takes too long
 */
export async function readyTime(child: ChildProcess): Promise<number> {
  const deadline = AbortSignal.timeout(START_MS);
  return new Promise((resolve, reject) => {
    child.on('message', (message: object) => 'ready' in message && resolve(Date.now()));
    child.once('close', (code) => reject(new Error(`A program ended with code ${code} before it was ready.`)));
    deadline.addEventListener('abort', () =>
      reject(new Error(`A program was not ready within ${START_MS / 1_000} s.`)),
    );
  });
}

/** Ends a program, and resolves when its process has ended. */
export async function stopProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

export interface ProgramRun<Result> {
  /** When it reported that it was ready, or else when it started, in milliseconds since 1970. */
  readonly readyAt: number;
  readonly result: Result;
}

/**
 * Runs a program of bench/ as a separate process, so that it shares neither a thread nor a warm heap with this one.
 * @param task passed to it as its only argument, in JSON
 * @throws if it ends without a result; the program has printed the reason
 */
export async function runProgram<Result>(
  file: string,
  task: unknown,
  env: NodeJS.ProcessEnv,
): Promise<ProgramRun<Result>> {
  let readyAt = Date.now();
  let result: Result | undefined;
  const child = spawnNode([join(import.meta.dirname, file), JSON.stringify(task)], env);
  child.on('message', (message: { ready: true } | { result: Result }) => {
    if ('ready' in message) readyAt = Date.now();
    else result = message.result;
  });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  if (code !== 0 || result === undefined) throw new Error(`bench/${file} ended with code ${code}.`);
  return { readyAt, result };
}
