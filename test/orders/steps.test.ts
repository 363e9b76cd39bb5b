import { describe, expect, test } from '@jest/globals';
import type { Invocation } from '../../lib/orders/invocation.ts';
import type { ProcessDeps } from '../../lib/orders/settle-claims.ts';
import { PermanentFailure, type Processor, type ProcessorContext } from '../../lib/processors/processor.ts';
import { labForTests } from '../support/lab-for-tests.ts';
import { countdown, type OrderLab } from '../support/order-lab.ts';
import { waitUntil } from '../support/wait-until.ts';

let lab: OrderLab;

labForTests((opened) => {
  lab = opened;
});

/** Tries again at once, five times. */
const EAGER: Partial<ProcessDeps> = { retryPolicy: { maxAttempts: 5, baseMs: 0, maxMs: 0 } };

/** One attempt at order "a", which is inserted if it does not exist. */
async function attempt(processor: Processor, invocation: Partial<Invocation> = {}): Promise<void> {
  await lab.psql.rows(
    `INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('a', 1, '{}', 1) ON CONFLICT DO NOTHING`,
  );
  await lab.process(['a'], { processor, ...EAGER }, invocation);
}

const recorded = () =>
  lab.psql.rows<{ name: string; result: string | null }>('SELECT name, result FROM order_steps ORDER BY entry');

const statementsOn = (table: string) => lab.statements.filter((text) => text.includes(`public.${table}`)).length;

describe('a step', () => {
  test('a recorded step is not run by a later attempt, which gets its result', async () => {
    const runs: string[] = [];
    const seen: unknown[] = [];
    const processor: Processor = async (_order, { step, attempt }) => {
      const held = await step('reserve', () => {
        runs.push(`reserve ${attempt}`);
        return { id: 'h1', until: new Date(0) };
      });
      // The type says what JSON made of it.
      const until: string = held.until;
      seen.push(held.id, until);
      await step('charge', () => {
        runs.push(`charge ${attempt}`);
        if (attempt === 1) throw new Error('the bank is down');
      });
    };

    await attempt(processor);
    await attempt(processor);

    expect(runs).toEqual(['reserve 1', 'charge 1', 'charge 2']);
    expect(seen).toEqual(['h1', '1970-01-01T00:00:00.000Z', 'h1', '1970-01-01T00:00:00.000Z']);
    expect(await lab.row('a')).toMatchObject({ status: 'Completed' });
    expect(await recorded()).toEqual([
      { name: 'reserve', result: '{"id":"h1","until":"1970-01-01T00:00:00.000Z"}' },
      { name: 'charge', result: null },
    ]);
  });

  test('a step has its own idempotency key, the same for every attempt of the run', async () => {
    const keys: string[][] = [];
    const processor: Processor = async (_order, { step, idempotencyKey }) => {
      const seen: string[] = [idempotencyKey];
      keys.push(seen);
      for (const name of ['reserve', 'charge'])
        await step(name, (own) => {
          seen.push(own.idempotencyKey);
          if (name === 'charge') throw new Error('no');
        });
    };
    await attempt(processor);
    await lab.psql.rows(`DELETE FROM order_steps`);
    await attempt(processor);
    await lab.psql.rows(`UPDATE orders SET run = run + 1`);
    await attempt(processor);

    expect(keys[1]).toEqual(keys[0]);
    expect(new Set(keys.flat()).size).toBe(6);
  });

  test('a step is run again in a new run', async () => {
    let runs = 0;
    const processor: Processor = async (_order, { step }) => {
      await step('charge', () => {
        runs += 1;
      });
      throw new Error('later');
    };
    await attempt(processor);
    await lab.psql.rows(`UPDATE orders SET run = run + 1`);
    await attempt(processor);

    expect(runs).toBe(2);
  });

  test('a step of a worker that lost its lease records nothing, and fails', async () => {
    const resurrection = Promise.withResolvers<void>();
    const outcomes: string[] = [];
    const late = attempt(async (_order, { step }) => {
      await step('first', async () => {
        outcomes.push('began');
        await resurrection.promise;
        return 'of the late worker';
      }).catch((error) => outcomes.push(String(error)));
      await step('second', () => outcomes.push('ran')).catch((error) => outcomes.push(String(error)));
    });
    await waitUntil('the worker that is late has begun', () => outcomes.length === 1);
    await lab.killLease('a');
    const holding = Promise.withResolvers<void>();
    let isHeld = false;
    const takesOver = lab.process(['a'], {
      processor: async (_order, { step }) => {
        isHeld = true;
        await holding.promise;
        await step('first', () => 'of the worker that holds it');
      },
    });
    await waitUntil('another worker holds the order', () => isHeld);
    resurrection.resolve();
    await late;

    expect(outcomes).toEqual([
      'began',
      'AttemptStopped: The worker no longer holds the order.',
      'AttemptStopped: The worker no longer holds the order.',
    ]);
    expect(await recorded()).toEqual([]);
    holding.resolve();
    await takesOver;
    expect(await recorded()).toEqual([{ name: 'first', result: '"of the worker that holds it"' }]);
  });

  test('a step is recorded before its order is released, also if a concurrent step has failed', async () => {
    let runs = 0;
    const failed = Promise.withResolvers<void>();
    const processor: Processor = async (_order, { step, attempt }) => {
      await Promise.all([
        step('fails', async () => {
          if (attempt > 1) return;
          setImmediate(failed.resolve);
          throw new Error('no');
        }),
        step('takes longer', async () => {
          runs += 1;
          await failed.promise;
        }),
      ]);
    };
    await attempt(processor);
    await attempt(processor);

    expect(runs).toBe(1);
    expect(await lab.row('a')).toMatchObject({ status: 'Completed' });
  });

  test('no step starts once the processor has failed, and a step that is running is recorded', async () => {
    const failed = Promise.withResolvers<void>();
    const runs: string[] = [];
    await attempt(async (_order, { step }) => {
      const branch = async () => {
        await step('running', () => failed.promise);
        await step('too late', () => void runs.push('too late'));
      };
      await Promise.all([
        branch(),
        step('fails', () => {
          setImmediate(failed.resolve);
          throw new Error('no');
        }),
      ]);
    });

    expect(runs).toEqual([]);
    expect(await recorded()).toEqual([{ name: 'running', result: null }]);
  });

  test('a failure counts more than a concurrent sleep that is recorded after it', async () => {
    await attempt(async (_order, { step, sleep }) => {
      await Promise.all([
        sleep('cool off', 60),
        step('charge', () => {
          throw new PermanentFailure('card_declined', 'The bank declined the card');
        }),
      ]);
    });

    expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'card_declined' });
  });

  test.each([
    ['processor_error', () => new Error('no')],
    ['card_declined', () => new PermanentFailure('card_declined', 'no')],
  ])('a failure with %s counts even if a concurrent step hangs until the deadline', async (reasonCode, failure) => {
    await attempt(
      async (_order, { step }) => {
        await Promise.all([
          step('hangs', () => new Promise(() => {})),
          step('fails', () => {
            throw failure();
          }),
        ]);
      },
      { remainingMs: countdown(3_000) },
    );

    expect(await lab.row('a')).toMatchObject({ reasonCode, reason: 'no' });
  });

  test('a step whose function threw can be called again in the same attempt', async () => {
    const keys: string[] = [];
    await attempt(async (_order, { step }) => {
      const charge = () =>
        step('charge', ({ idempotencyKey }) => {
          keys.push(idempotencyKey);
          if (keys.length === 1) throw new Error('the bank is down');
        });
      await charge().catch(charge);
    });

    expect(await lab.row('a')).toMatchObject({ status: 'Completed' });
    expect(keys).toEqual([keys[0], keys[0]]);
  });

  test('a result that was rejected does not count towards the limit of all results', async () => {
    await attempt(async (_order, { step }) => {
      for (let n = 1; n <= 8; n += 1) await step(`step ${n}`, () => 'x'.repeat(59_000));
      await step('too much', () => 'x'.repeat(59_000)).catch(() => {});
      await step('small', () => 'x');
    });

    expect(await lab.row('a')).toMatchObject({ status: 'Completed' });
  });

  test.each<[string, (context: ProcessorContext) => Promise<unknown>, string, string]>([
    ['a name twice', async ({ step }) => Promise.all([step('x', () => 1), step('x', () => 1)]), 'step_name', '"x"'],
    ['an empty name', ({ step }) => step('', () => 1), 'step_name', '1 to 100 characters'],
    ['a name with a line break', ({ step }) => step('a\nb', () => 1), 'step_name', '1 to 100 characters'],
    ['a name that is not text', ({ step }) => step(7 as never, () => 1), 'step_name', '1 to 100 characters'],
    [
      'a result over 60,000 bytes',
      ({ step }) => step('big', () => 'x'.repeat(59_999)),
      'step_result_too_large',
      '"big"',
    ],
    [
      'results over 512 KB in all',
      async ({ step }) => {
        for (let n = 1; n <= 9; n += 1) await step(`step ${n}`, () => 'x'.repeat(59_000));
      },
      'steps_too_large',
      '"step 9"',
    ],
    ['a result that is not JSON', ({ step }) => step('big', () => 1n), 'step_result_not_json', '"big"'],
  ])('a step with %s fails the order permanently, and the reason names the step', async (_, steps, code, reason) => {
    await attempt(async (_order, context) => void (await steps(context)));

    expect(await lab.row('a')).toMatchObject({
      status: 'Failed',
      reasonCode: code,
      reason: expect.stringContaining(reason),
    });
  });

  test('a step can return exactly 60,000 bytes, and text that no database column could store', async () => {
    const odd = `\0\ud800${'x'.repeat(60_000 - 2 - '\\u0000\\ud800'.length)}`;
    const seen: unknown[] = [];
    const processor: Processor = async (_order, { step, attempt }) => {
      seen.push(await step('odd', () => odd));
      if (attempt === 1) throw new Error('once more');
    };
    await attempt(processor);
    await attempt(processor);

    expect(seen).toEqual([odd, odd]);
  });
});

describe('what steps cost', () => {
  test('steps cost nothing for a processor that uses none', async () => {
    lab.statements.length = 0;
    await attempt(async () => {});

    expect(lab.statements).toHaveLength(2);
    expect(statementsOn('order_steps')).toBe(0);
  });

  test('steps of a batch that end together share one statement, and are read only from the second claim on', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    await lab.insert(...ids);
    let waiting = 0;
    const together = Promise.withResolvers<void>();
    const processor: Processor = async (_order, { step, attempt }) => {
      await step('reserve', () => {
        waiting += 1;
        if (waiting === ids.length) together.resolve();
        return together.promise;
      });
      if (attempt === 1) throw new Error('once more');
    };
    lab.statements.length = 0;
    await lab.process(ids, { processor, ...EAGER });
    expect(statementsOn('order_steps')).toBe(1);
    await lab.process(ids, { processor, ...EAGER });
    expect(statementsOn('order_steps')).toBe(2);

    expect(await lab.psql.value(`SELECT count(*)::integer FROM orders WHERE status = 'Completed'`)).toBe(ids.length);
  });
});

describe('the records of steps', () => {
  test('records of steps are deleted with their order', async () => {
    await attempt(async (_order, { step }) => void (await step('x', () => 1)));
    await lab.psql.rows(`DELETE FROM orders`);

    expect(await recorded()).toEqual([]);
  });

  test('records of steps stay when a Failed order is redriven, which continues after the last of them', async () => {
    const runs: string[] = [];
    const processor: Processor = async (_order, { step }) => {
      await step('reserve', () => void runs.push('reserve'));
      await step('charge', () => {
        runs.push('charge');
        if (runs.length === 2) throw new PermanentFailure('card_declined', 'The bank declined the card');
      });
    };
    await attempt(processor);
    await lab.psql.rows(`UPDATE orders SET status = 'Pending', attempts = 0, finished_at = NULL, due_at = now()`);
    await attempt(processor);

    expect(runs).toEqual(['reserve', 'charge', 'charge']);
    expect(await lab.row('a')).toMatchObject({ status: 'Completed' });
  });
});
