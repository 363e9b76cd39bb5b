import { afterEach, expect, test } from '@jest/globals';
import type { Part, RunningPart } from '../../infra/local/stack/process/part.ts';
import { type SupervisedPart, supervise } from '../../infra/local/stack/process/supervisor.ts';
import { waitUntil } from '../support/wait-until.ts';
import '../support/starts-processes.ts';

const never = new AbortController().signal;

/** A part without a process, which dies and refuses to start on command. */
class FakePart implements Part {
  readonly name = 'fake';
  readonly startedAt: number[] = [];
  /** How many of the next starts fail. */
  failures = 0;
  running = 0;
  die: () => void = () => undefined;

  async start(): Promise<RunningPart> {
    this.startedAt.push(performance.now());
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('It would not.');
    }
    this.running += 1;
    const end = Promise.withResolvers<string>();
    let alive = true;
    this.die = () => {
      if (alive) this.running -= 1;
      alive = false;
      end.resolve('died');
    };
    return { pid: this.startedAt.length, ended: end.promise, stop: async () => this.die() };
  }
}

const lines: string[] = [];
const observer = { report: (_part: string, line: string) => void lines.push(line), started: () => undefined };
let supervised: SupervisedPart | undefined;

afterEach(async () => {
  await supervised?.stop();
  supervised = undefined;
  lines.length = 0;
});

test('a part that fails to start at first is the caller’s business', async () => {
  const part = new FakePart();
  part.failures = 1;
  await expect(supervise(part, observer, never)).rejects.toThrow('It would not.');
  expect(part.startedAt).toHaveLength(1);
});

test('a part that dies is started again at once, and each time it is said', async () => {
  const part = new FakePart();
  supervised = await supervise(part, observer, never);
  part.die();
  await waitUntil('it works again', () => lines.length === 2);
  expect(lines).toEqual(['its process 1 died; starting it again', 'works again (process 2)']);
  expect(part.running).toBe(1);
});

test('a part that does not come up again is tried after growing pauses', async () => {
  const part = new FakePart();
  supervised = await supervise(part, observer, never);
  part.failures = 3;
  part.die();
  await waitUntil('it works again', () => part.running === 1);
  const pauses = part.startedAt.slice(2).map((at, index) => at - (part.startedAt[index + 1] as number));
  // Timers may fire a millisecond early.
  expect(pauses.map((pause) => pause >= 199)).toEqual([true, true, true]);
  expect(pauses[2] as number).toBeGreaterThan(2 * (pauses[0] as number));
  expect(lines.filter((line) => line.includes('Trying again in'))).toEqual([
    'It would not. Trying again in 0.2 s.',
    'It would not. Trying again in 0.4 s.',
    'It would not. Trying again in 0.8 s.',
  ]);
});

test('a part that is stopped stays down, also when it was just coming up again', async () => {
  const part = new FakePart();
  const one = await supervise(part, observer, never);
  part.die();
  await one.stop();
  expect(part.running).toBe(0);
});

test('a part that is stopped while it waits to be tried again is not waited for', async () => {
  const part = new FakePart();
  const one = await supervise(part, observer, never);
  part.failures = Number.POSITIVE_INFINITY;
  part.die();
  await waitUntil('the pauses are long', () => lines.some((line) => line.includes('0.8 s')));
  const before = performance.now();
  await one.stop();
  expect(performance.now() - before).toBeLessThan(500);
});
