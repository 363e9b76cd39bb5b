import { describe, expect, test } from '@jest/globals';
import { isRunning } from '../../infra/local/stack/process/is-running.ts';
import { eventually } from '../support/wait-until.ts';
import { type Bench, withBench } from './support.ts';
import '../support/starts-processes.ts';

/** Longer than any test: what is not deleted stays in flight, where it can be counted. */
const NEVER_AGAIN = 600;

const numbered = (count: number) => Array.from({ length: count }, (_, index) => String(index));
const leftOver = async (bench: Bench) => {
  const { visible, inFlight } = await bench.counts();
  return visible + inFlight;
};

describe('what is deleted', () => {
  test.concurrent('of a batch of ten, exactly the three failed messages are redelivered', async () => {
    const bodies = ['1', 'fail', '2', '3', 'fail', '4', '5', '6', 'fail', '7'];
    // Seconds: on a busy machine the batch itself takes more than one, and would come back as a whole.
    await withBench({ handler: 'failSome', batchSize: 10, visibilityTimeout: 5 }, bodies, async (bench) => {
      await eventually(() => expect(bench.batches.length).toBeGreaterThan(1));
      expect(bench.batches[0]).toEqual(bodies);
      for (const again of bench.batches.slice(1)) expect(new Set(again)).toEqual(new Set(['fail']));
      expect(await leftOver(bench)).toBe(3);
    });
  });

  test.concurrent.each([
    ['no answer', 'null'],
    ['an empty answer', '{}'],
    ['no list of failures', '{"batchItemFailures":null}'],
    ['an empty list of failures', '{"batchItemFailures":[]}'],
  ])('after %s, all messages of a batch are deleted', async (_, ANSWER) => {
    await withBench(
      { handler: 'answer', environment: { ANSWER }, visibilityTimeout: NEVER_AGAIN },
      numbered(10),
      async (bench) => {
        await eventually(async () => expect(await leftOver(bench)).toBe(0));
        expect(bench.batches).toHaveLength(1);
      },
    );
  });

  test.concurrent.each([
    ['a string', '"done"'],
    ['a list', '[]'],
    ['failures that are not a list', '{"batchItemFailures":"all"}'],
    ['an empty identifier', '{"batchItemFailures":[{"itemIdentifier":""}]}'],
    ['a null identifier', '{"batchItemFailures":[{"itemIdentifier":null}]}'],
    ['an identifier under another name', '{"batchItemFailures":[{"id":"a"}]}'],
    ['the identifier of no message', '{"batchItemFailures":[{"itemIdentifier":"a"}]}'],
  ])('after a malformed response, no message of a batch is deleted: %s', async (_, ANSWER) => {
    await withBench({ handler: 'answer', environment: { ANSWER } }, numbered(10), async (bench) => {
      await eventually(() => {
        expect(bench.log.lines[0]).toContain('a batch of 10 failed as a whole');
        expect(new Set(bench.batches.slice(1).flat())).toEqual(new Set(numbered(10)));
      });
      expect(await leftOver(bench)).toBe(10);
    });
  });

  test.concurrent('without ReportBatchItemFailures the response is ignored, and all messages are deleted', async () => {
    const ANSWER = '{"batchItemFailures":[{"itemIdentifier":""}]}';
    const options = { handler: 'answer', environment: { ANSWER }, visibilityTimeout: NEVER_AGAIN };
    await withBench({ ...options, reportBatchItemFailures: false }, numbered(10), async (bench) => {
      await eventually(async () => expect(await leftOver(bench)).toBe(0));
    });
  });
});

describe('an invocation that fails', () => {
  const bad = {
    throw: 'thrown by the handler',
    'throw nothing': 'undefined was thrown',
    'answer no JSON': 'BigInt',
    exit: 'the process ended with code 0',
    kill: 'the process was ended by SIGKILL',
    block: 'timed out after 1 s',
    'never answer': 'timed out after 1 s',
  };

  test.concurrent('an invocation that fails deletes nothing, however it fails: its message becomes a dead letter, and the others do not', async () => {
    const options = { handler: 'endAsTold', batchSize: 1, timeoutMs: 1_000, visibilityTimeout: 6, maxReceiveCount: 2 };
    const bodies = Object.keys(bad).flatMap((body) => ['good', body, 'good']);
    await withBench(options, bodies, async (bench) => {
      await eventually(async () => expect(await leftOver(bench)).toBe(0), 45_000);
      expect((await bench.deadLetters()).toSorted()).toEqual(Object.keys(bad).toSorted());
      for (const [body, reason] of Object.entries(bad)) {
        expect(bench.batches.filter((batch) => batch[0] === body)).toHaveLength(2);
        expect(bench.log.lines).toContainEqual(expect.stringContaining(reason));
      }
    });
  });

  test.concurrent('an invocation that fails and loses its process affects no other batch', async () => {
    const options = { handler: 'gated', batchSize: 2, maximumConcurrency: 3 };
    await withBench({ ...options, visibilityTimeout: NEVER_AGAIN }, numbered(6), async (bench) => {
      await eventually(() => expect(bench.batches).toHaveLength(3));
      const [victim, ...others] = bench.journal;
      process.kill(victim?.pid ?? 0, 'SIGKILL');
      bench.openGate();
      await eventually(() => expect(bench.journal.filter(({ what }) => what === 'end')).toHaveLength(2));
      await eventually(async () => expect(await bench.counts()).toEqual({ visible: 0, inFlight: 2 }));
      const ended = bench.journal.filter(({ what }) => what === 'end').map(({ pid }) => pid);
      expect(new Set(ended)).toEqual(new Set(others.map(({ pid }) => pid)));
    });
  });
});

/** From the largest on: each batch has its own process, and any of them may begin first. */
const sizesOf = (bench: Bench) => bench.batches.map((batch) => batch.length).sort((a, b) => b - a);

describe('how batches are gathered', () => {
  const forEver = { visibilityTimeout: NEVER_AGAIN };

  test.concurrent('a backlog is gathered in full batches', async () => {
    const options = { ...forEver, handler: 'failSome', batchSize: 25, windowMs: 5_000 };
    await withBench(options, numbered(110), async (bench) => {
      await eventually(() => expect(bench.batches.flat()).toHaveLength(110));
      expect(sizesOf(bench)).toEqual([25, 25, 25, 25, 10]);
      expect(new Set(bench.batches.flat())).toEqual(new Set(numbered(110)));
    });
  });

  test.concurrent('messages within the window of the first message are in its batch', async () => {
    await withBench({ ...forEver, handler: 'failSome', batchSize: 100, windowMs: 5_000 }, ['first'], async (bench) => {
      await eventually(async () => expect(await bench.counts()).toEqual({ visible: 0, inFlight: 1 }));
      await bench.send('second');
      await eventually(() => expect(bench.batches).toEqual([['first', 'second']]));
    });
  });

  test.concurrent('the payload of a batch stays under 6 MB', async () => {
    // Six of 10 × 900 kB fit.
    const bodies = numbered(10).map((digit) => digit.repeat(900_000));
    await withBench({ ...forEver, handler: 'failSome', batchSize: 10, windowMs: 5_000 }, bodies, async (bench) => {
      await eventually(async () => expect(await leftOver(bench)).toBe(0));
      expect(sizesOf(bench)).toEqual([6, 4]);
    });
  });

  test.concurrent('no more batches are in flight than the maximum concurrency, and no further messages are received', async () => {
    const options = { handler: 'gated', batchSize: 5, maximumConcurrency: 2 };
    await withBench({ ...forEver, ...options }, numbered(40), async (bench) => {
      let mostInFlight = 0;
      await eventually(() => expect(bench.batches).toHaveLength(2));
      bench.openGate();
      await eventually(async () => {
        mostInFlight = Math.max(mostInFlight, (await bench.counts()).inFlight);
        expect(await leftOver(bench)).toBe(0);
      });
      expect(mostInFlight).toBeLessThanOrEqual(10);
      let running = 0;
      let mostRunning = 0;
      for (const { what } of bench.journal) {
        running += what === 'begin' ? 1 : -1;
        mostRunning = Math.max(mostRunning, running);
      }
      expect(mostRunning).toBe(2);
      expect(new Set(bench.journal.map(({ pid }) => pid)).size).toBe(2);
    });
  });
});

describe('stopping', () => {
  test.concurrent('stopping returns messages that no function has got immediately', async () => {
    await withBench(
      { handler: 'failSome', batchSize: 100, windowMs: 60_000, visibilityTimeout: NEVER_AGAIN },
      numbered(12),
      async (bench) => {
        await eventually(async () => expect(await bench.counts()).toEqual({ visible: 0, inFlight: 12 }));
        await bench.source.stop();
        expect(await bench.counts()).toEqual({ visible: 12, inFlight: 0 });
        expect(bench.batches).toEqual([]);
      },
    );
  });

  test.concurrent('stopping waits for the invocation in progress, and leaves no process', async () => {
    const options = { handler: 'gated', visibilityTimeout: NEVER_AGAIN };
    await withBench(options, ['one'], async (bench) => {
      await eventually(() => expect(bench.batches).toHaveLength(1));
      const stopping = bench.source.stop();
      bench.openGate();
      await stopping;
      expect(bench.journal.at(-1)?.what).toBe('end');
      expect(await leftOver(bench)).toBe(0);
      const { pids } = bench.pool;
      await bench.pool.stop();
      expect(pids.filter(isRunning)).toEqual([]);
    });
  });
});

/** Milliseconds; longer than any test may take. */
const ENDLESS_WINDOW = 60_000;

describe('a lone message', () => {
  const shared = { handler: 'failSome', batchSize: 100, visibilityTimeout: NEVER_AGAIN } as const;

  test('a lone message waits for its window to end, and not for a longer one', async () => {
    await withBench({ ...shared, windowMs: ENDLESS_WINDOW }, ['waits'], async (other) => {
      await withBench({ ...shared, windowMs: 1_000 }, [], async (bench) => {
        const sent = Date.now();
        await bench.send('alone');
        await eventually(() => expect(bench.journal).toHaveLength(1));
        expect((bench.journal[0]?.at ?? 0) - sent).toBeGreaterThanOrEqual(1_000);
        expect(other.batches).toEqual([]);
      });
    });
  });

  test('a message without a window is delivered before an earlier one with a window', async () => {
    await withBench({ ...shared, windowMs: ENDLESS_WINDOW }, ['waits'], async (other) => {
      await withBench({ ...shared }, ['at once'], async (bench) => {
        await eventually(() => expect(bench.batches).toEqual([['at once']]));
        expect(other.batches).toEqual([]);
      });
    });
  });
});
