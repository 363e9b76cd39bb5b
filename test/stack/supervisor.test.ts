import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import type { Part, RunningPart } from '../../infra/local/stack/process/part.ts';
import { type SupervisedPart, supervise } from '../../infra/local/stack/process/supervisor.ts';
import { waitUntil } from '../support/wait-until.ts';
import '../support/starts-processes.ts';

const never = new AbortController().signal;

/** A part without a process, which dies and refuses to start on command. */
const AN_HOUR_MS = 3_600_000;

class FakePart implements Part {
  readonly name = 'fake';
  starts = 0;
  /** How many of the next starts fail. */
  failures = 0;
  running = 0;
  die: () => void = () => undefined;

  async start(): Promise<RunningPart> {
    this.starts += 1;
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
    return { pid: this.starts, ended: end.promise, stop: async () => this.die() };
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

test('a part that fails at its first start is reported to the caller', async () => {
  const part = new FakePart();
  part.failures = 1;
  await expect(supervise(part, observer, never)).rejects.toThrow('It would not.');
  expect(part.starts).toBe(1);
});

test('a part that dies is restarted immediately, and each time is logged', async () => {
  const part = new FakePart();
  supervised = await supervise(part, observer, never);
  part.die();
  await waitUntil('it works again', () => lines.length === 2);
  expect(lines).toEqual(['its process 1 died; starting it again', 'works again (process 2)']);
  expect(part.running).toBe(1);
});

test('a part that does not start again is retried after growing pauses', async () => {
  const part = new FakePart();
  const pauses: [milliseconds: number, startsBefore: number][] = [];
  supervised = await supervise(part, observer, never, async (milliseconds) => {
    pauses.push([milliseconds, part.starts]);
  });
  part.failures = 7;
  part.die();
  await waitUntil('it works again', () => part.running === 1);
  expect(pauses.map(([milliseconds]) => milliseconds)).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
  expect(pauses.map(([, starts]) => starts)).toEqual([2, 3, 4, 5, 6, 7, 8]);
  expect(lines.filter((line) => line.includes('Trying again in')).slice(0, 3)).toEqual([
    'It would not. Trying again in 0.2 s.',
    'It would not. Trying again in 0.4 s.',
    'It would not. Trying again in 0.8 s.',
  ]);
});

test('a part that is stopped stays down, also if it was just restarting', async () => {
  const part = new FakePart();
  const one = await supervise(part, observer, never);
  part.die();
  await one.stop();
  expect(part.running).toBe(0);
});

test('stopping does not wait for a part that waits for its next start', async () => {
  const part = new FakePart();
  let paused = false;
  const one = await supervise(part, observer, never, (_, value, options) => {
    paused = true;
    return delay(AN_HOUR_MS, value, options);
  });
  part.failures = Number.POSITIVE_INFINITY;
  part.die();
  await waitUntil('it is to be tried again', () => paused);
  await one.stop();
  expect(part.starts).toBe(2);
});
