/**
 * Steps at which a process of the stack can be made to die: a test that lays an ambush writes a file named after the step
 * into the directory AMBUSH, with a signal in it. The first process that comes to the step takes the file away, and
 * sends itself the signal; no other one dies of it.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueueRequest, Statement } from './statements.ts';

/** `sent`: the statement is on its way, and its reply has not arrived. `after`: it is committed, and we know. */
export type Step =
  | `before ${Statement}`
  | `${Statement} sent`
  | `after ${Statement}`
  | `before ${QueueRequest}`
  | `after ${QueueRequest}`
  | 'into the processor'
  | 'in the processor'
  | 'in a step';

export type Signal = 'SIGKILL' | 'SIGSTOP';

const waiting = (directory: string) => join(directory, 'waiting');
const sprung = (directory: string) => join(directory, 'sprung');

export function makeAmbushDirectory(directory: string): void {
  mkdirSync(waiting(directory), { recursive: true });
  mkdirSync(sprung(directory), { recursive: true });
}

/** At most one at a time for each step. */
export function layAmbush(directory: string, step: Step, signal: Signal): void {
  const draft = join(directory, 'draft');
  writeFileSync(draft, signal);
  renameSync(draft, join(waiting(directory), step));
}

export interface Sprung {
  readonly step: Step;
  readonly pid: number;
}

/** The ambushes that somebody walked into, in no particular order. */
export function sprungAmbushes(directory: string): Sprung[] {
  return readdirSync(sprung(directory)).map((name) => {
    const [step = '', pid] = name.split('@');
    return { step: step as Step, pid: Number(pid) };
  });
}

/** Forgets one. The process must be gone, since it reads its signal there. */
export function forgetSprung(directory: string, { step, pid }: Sprung): void {
  rmSync(join(sprung(directory), `${step}@${pid}`), { force: true });
}

/** Takes away every ambush that nobody walked into. */
export function disarm(directory: string): void {
  for (const name of readdirSync(waiting(directory))) rmSync(join(waiting(directory), name), { force: true });
}

/** Walks into the ambush at this step, if there is one. */
export function reach(step: Step): void {
  const directory = process.env.AMBUSH;
  if (directory === undefined) return;
  const mine = join(sprung(directory), `${step}@${process.pid}`);
  try {
    renameSync(join(waiting(directory), step), mine);
  } catch {
    // None is laid, or another process was first.
    return;
  }
  process.kill(process.pid, readFileSync(mine, 'utf8'));
}
