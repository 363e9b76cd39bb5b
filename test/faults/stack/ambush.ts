/**
 * Steps at which a process of the stack can be killed. To lay an ambush, a test writes a file named after the step
 * into the directory AMBUSH, with a signal in it. The first process that reaches the step removes the file, and
 * sends itself the signal; other processes are not affected.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueueRequest, Statement } from './statements.ts';

/** `sent`: the statement has been sent, and its reply has not arrived. `after`: its reply has arrived, so it is committed. */
export type Step =
  | `before ${Statement}`
  | `${Statement} sent`
  | `after ${Statement}`
  | `before ${QueueRequest}`
  | `after ${QueueRequest}`
  | 'into the processor'
  | 'in the processor'
  | 'in a step'
  | 'in an undo';

export type Signal = 'SIGKILL' | 'SIGSTOP';

const waiting = (directory: string) => join(directory, 'waiting');
const sprung = (directory: string) => join(directory, 'sprung');

export function makeAmbushDirectory(directory: string): void {
  mkdirSync(waiting(directory), { recursive: true });
  mkdirSync(sprung(directory), { recursive: true });
}

/** At most one per step at a time. */
export function layAmbush(directory: string, step: Step, signal: Signal): void {
  const draft = join(directory, 'draft');
  writeFileSync(draft, signal);
  renameSync(draft, join(waiting(directory), step));
}

export interface Sprung {
  readonly step: Step;
  readonly pid: number;
}

/** The ambushes that a process ran into, in no particular order. */
export function sprungAmbushes(directory: string): Sprung[] {
  return readdirSync(sprung(directory)).map((name) => {
    const [step = '', pid] = name.split('@');
    return { step: step as Step, pid: Number(pid) };
  });
}

/** Forgets one. The process must have ended, because it reads its signal there. */
export function forgetSprung(directory: string, { step, pid }: Sprung): void {
  rmSync(join(sprung(directory), `${step}@${pid}`), { force: true });
}

/** Ends every process that stopped in an ambush: one that was not resumed would not notice that its parent is gone. */
export function endSprung(directory: string): void {
  for (const { step, pid } of sprungAmbushes(directory)) {
    if (readFileSync(join(sprung(directory), `${step}@${pid}`), 'utf8') !== 'SIGSTOP') continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It was resumed, and has ended.
    }
  }
}

/** Removes every ambush that no process ran into. */
export function disarm(directory: string): void {
  for (const name of readdirSync(waiting(directory))) rmSync(join(waiting(directory), name), { force: true });
}

/** Runs into the ambush at this step, if there is one. */
export function reach(step: Step): void {
  const directory = process.env.AMBUSH;
  if (directory === undefined) return;
  const mine = join(sprung(directory), `${step}@${process.pid}`);
  try {
    renameSync(join(waiting(directory), step), mine);
  } catch {
    // There is no ambush, or another process was first.
    return;
  }
  process.kill(process.pid, readFileSync(mine, 'utf8'));
}
