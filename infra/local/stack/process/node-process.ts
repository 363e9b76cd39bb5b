import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { messageOf } from '../../../../lib/errors.ts';
import { UserError } from '../../../user-error.ts';
import { REPOSITORY } from '../settings.ts';
import { endOf, type Part, type RunningPart } from './part.ts';
import { AT_REST } from './release-memory.ts';
import { waitUntilReady } from './wait-until-ready.ts';

/**
 * Milliseconds: loading Serverless takes 2 s on a small machine, and a first start with a cold disk many times that.
 */
const START_MS = 90_000;
const POLL_MS = 50;

interface NodeProcessOptions {
  readonly name: string;
  /** The script and its arguments. */
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** The address that returns 200 once it works. Without one, it sends `{ ready: true }` over its channel. */
  readonly respondsAt?: string;
  /** Called with every message that it sends over its channel. */
  readonly onMessage?: (message: object) => void;
  /** Milliseconds to finish its current work before it is killed. */
  readonly stopMs: number;
  /** Where its output is appended to; this console by default. */
  readonly logFile?: string;
}

/** A Node process that cannot outlive this one. */
export function nodeProcess(options: NodeProcessOptions): Part {
  return { name: options.name, start: (signal) => start(options, signal) };
}

async function start(options: NodeProcessOptions, signal: AbortSignal): Promise<RunningPart> {
  signal.throwIfAborted();
  const output = options.logFile === undefined ? 'inherit' : openSync(options.logFile, 'a');
  const child = spawn(
    process.execPath,
    [
      // node:sqlite and, on Node 22, type stripping would print warnings.
      '--disable-warning=ExperimentalWarning',
      ...['die-with-parent.ts', 'rest-with-parent.ts'].map((file) => `--import=${new URL(file, import.meta.url).href}`),
      ...options.command,
    ],
    {
      cwd: REPOSITORY,
      env: options.env,
      stdio: ['ignore', output, output, 'ipc'],
      // Its own process group, so that Ctrl-C reaches only this process, which decides the order of stopping.
      detached: process.platform !== 'win32',
    },
  );
  if (typeof output === 'number') closeSync(output);
  const ended = endOf(child);
  const stop = () => stopProcess(child, ended, options.stopMs);
  try {
    await Promise.race([
      becomesReady(child, options, signal),
      ended.then((how) => Promise.reject(new UserError(`The ${options.name} did not start: its process ${how}.`))),
    ]);
  } catch (error) {
    child.kill('SIGKILL');
    await ended;
    throw error;
  }
  // It may be dying already, and then has nothing to free.
  child.send(AT_REST, () => {});
  return { pid: child.pid as number, ended, stop };
}

async function becomesReady(
  child: ChildProcess,
  { name, respondsAt, onMessage }: NodeProcessOptions,
  signal: AbortSignal,
): Promise<void> {
  let ready = false;
  child.on('message', (message) => {
    if (typeof message !== 'object' || message === null) return;
    ready ||= 'ready' in message && message.ready === true;
    onMessage?.(message);
  });
  const refusal = await waitUntilReady(name, { limitMs: START_MS, pollMs: POLL_MS, signal }, async () => {
    if (ready || child.exitCode !== null || child.signalCode !== null) return undefined;
    return respondsAt === undefined ? 'its process has not said that it is' : refusalOf(respondsAt);
  });
  if (refusal !== undefined) throw new UserError(`The ${name} was not ready within ${START_MS / 1000} s: ${refusal}.`);
}

/** Why it is not ready; undefined if it is. */
async function refusalOf(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    const body = await response.text();
    return response.ok ? undefined : `${url} returned ${response.status} ${body.slice(0, 300)}`;
  } catch (error) {
    const { cause, message } = error as Error & { cause?: Error };
    return `${url} does not respond (${messageOf(cause ?? message)})`;
  }
}

async function stopProcess(child: ChildProcess, ended: Promise<string>, stopMs: number): Promise<void> {
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await ended;
  clearTimeout(force);
}
