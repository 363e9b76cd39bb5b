import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { REPOSITORY } from '../infra/local/settings.ts';

/** What a program of ours says over its channel to us: `ready` once, then whatever it found. */
export interface ProgramRun<Finding> {
  /** Milliseconds since 1970 at which it was started, and at which it said that it was ready. */
  readonly startedAt: number;
  readonly readyAt: number;
  readonly finding: Finding;
}

const DIE_WITH_PARENT = new URL('../infra/local/die-with-parent.ts', import.meta.url).href;

/**
 * Runs a program of bench/ as a process of its own, so that it neither shares a CPU thread nor a warmed-up heap with us.
 * @param task what it is to do; it gets it as its one argument, in JSON
 * @throws when it ends without a finding; it has said why.
 */
export async function runProgram<Finding>(
  file: string,
  task: unknown,
  env: NodeJS.ProcessEnv,
): Promise<ProgramRun<Finding>> {
  const startedAt = Date.now();
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      `--import=${DIE_WITH_PARENT}`,
      ...profiling(),
      join(import.meta.dirname, file),
      JSON.stringify(task),
    ],
    { cwd: REPOSITORY, env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  let readyAt = startedAt;
  let finding: Finding | undefined;
  child.on('message', (message: { ready: true } | { finding: Finding }) => {
    if ('ready' in message) readyAt = Date.now();
    else finding = message.finding;
  });
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0 || finding === undefined) throw new Error(`bench/${file} ended with code ${code}.`);
  return { startedAt, readyAt, finding };
}

/** BENCH_PROFILE=<directory>: a CPU profile of each program there, for Chrome's developer tools. */
function profiling(): string[] {
  const directory = process.env.BENCH_PROFILE;
  return directory ? ['--cpu-prof', `--cpu-prof-dir=${directory}`] : [];
}
