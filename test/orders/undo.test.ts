import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import type { Database } from '../../lib/database/database.ts';
import { DatabaseError } from '../../lib/errors.ts';
import { FINISH_TIME_MS } from '../../lib/orders/invocation.ts';
import type { ProcessDeps } from '../../lib/orders/settle-claims.ts';
import { signalOrder } from '../../lib/orders/signal-order.ts';
import { recordSteps } from '../../lib/orders/sql/order-steps.ts';
import { readHistory } from '../../lib/orders/sql/read-history.ts';
import { readOrder } from '../../lib/orders/sql/read-order.ts';
import { redriveOrders } from '../../lib/orders/sql/redrive-orders.ts';
import { PermanentFailure, type Processor, type ProcessorContext } from '../../lib/processors/processor.ts';
import { labForTests } from '../support/lab-for-tests.ts';
import { countdown, type OrderLab } from '../support/order-lab.ts';

let lab: OrderLab;

labForTests((opened) => {
  lab = opened;
});

const BUDGETS: Partial<ProcessDeps> = { retryPolicy: { maxAttempts: 2, baseMs: 0, maxMs: 0 }, maxCrashes: 2 };

/** One claim of order "a", which is inserted if it does not exist, in an invocation of so many milliseconds. */
async function attempt(processor: Processor, withinMs = 30_000): Promise<string[]> {
  await lab.psql.rows(
    `INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('a', 1, '{}', 1) ON CONFLICT DO NOTHING`,
  );
  return lab.process(['a'], { processor, ...BUDGETS }, { remainingMs: countdown(withinMs) });
}

/** Claims until it is finished, and returns how many claims that took. */
async function toEnd(processor: Processor): Promise<number> {
  for (let claims = 1; claims < 20; claims += 1) {
    await attempt(processor);
    if ((await lab.row('a')).finished) return claims;
  }
  throw new Error('the order does not end');
}

/** A worker that dies: it claims the order, does this, and never finishes. */
async function dieAfter(act: (token: number) => Promise<unknown> = async () => undefined): Promise<void> {
  const { crashes, status } = await lab.row('a');
  const suspects = crashes > 0 || status === 'Processing';
  const { claims } = await lab.claim(['a'], { suspects, maxCrashes: 2 });
  await act(claims[0]?.token as number);
  await lab.killLease('a');
}

const endsAs = () => lab.psql.value<string | null>(`SELECT ends_as FROM orders WHERE order_id = 'a'`);
const undone = async () =>
  (
    await lab.psql.rows<{ name: string }>(`SELECT name FROM order_steps WHERE undone_at IS NOT NULL ORDER BY undone_at`)
  ).map(({ name }) => name);
const moves = async () =>
  (await readHistory(lab.database, 'a', null)).map(
    ({ from, to, reasonCode, reason }) => `${from}>${to} ${reasonCode} ${reason}`,
  );
const redrive = () =>
  redriveOrders(
    lab.database,
    { orderIds: ['a'], reasonCode: null, owner: null, after: null, limit: 1, maxRedrives: 9 },
    { actor: 'operator', reason: 'fixed', newRun: false, resendAfterSeconds: 60 },
  );

interface Shop {
  readonly log: string[];
  readonly processor: Processor;
}

/** Reserves and charges, then does the rest. Logs what it does and undoes. */
function shop(
  rest: (context: ProcessorContext) => unknown,
  undo: (name: string, times: number) => unknown = () => undefined,
): Shop {
  const log: string[] = [];
  const times = new Map<string, number>();
  const undoOf = (name: string) => async (result: string) => {
    const nth = (times.get(name) ?? 0) + 1;
    times.set(name, nth);
    await undo(name, nth);
    log.push(`undo ${result}`);
  };
  const doing = (name: string) => () => {
    log.push(name);
    return `${name} 1`;
  };
  const processor: Processor = async (_order, context) => {
    await context.step('reserve', doing('reserve'), { undo: undoOf('reserve') });
    await context.step('charge', doing('charge'), { undo: undoOf('charge') });
    await context.step('note', doing('note'));
    await rest(context);
  };
  return { log, processor };
}

/** Milliseconds for the claim and the work. */
const WORK_MS = 1_500;
/** An invocation that leaves so long. */
const SHORT_MS = FINISH_TIME_MS + WORK_MS;

const decline = () => {
  throw new PermanentFailure('address_unknown', 'no such street');
};
const UNDONE = ['reserve', 'charge', 'note', 'undo charge 1', 'undo reserve 1'];

describe('an order whose steps have an undo', () => {
  test('is Failed only after the undo functions ran with the results of their steps, the latest step first', async () => {
    const { log, processor } = shop(decline);
    await attempt(processor);
    expect(await lab.row('a')).toMatchObject({ status: 'Pending', finished: false, reasonCode: 'address_unknown' });
    expect(await endsAs()).toBe('Failed');
    expect(lab.queue.sends).toEqual([[expect.objectContaining({ orderId: 'a', delaySeconds: 0 })]]);

    await attempt(processor);
    expect(log).toEqual(UNDONE);
    expect(await lab.row('a')).toMatchObject({ status: 'Failed', finished: true, due: null, attempts: 1 });
    expect(await moves()).toEqual([
      'null>Pending null null',
      'Pending>Processing null null',
      'Processing>Pending address_unknown no such street',
      'Pending>Processing undo its steps are to be undone',
      'Processing>Processing step_undone charge',
      'Processing>Processing step_undone reserve',
      'Processing>Failed address_unknown no such street',
    ]);
  });

  test('shows which of its steps can be undone and which were', async () => {
    const { processor } = shop(decline);
    const states = async () => (await readOrder(lab.database, 'a', null))?.steps.map(({ name, undo }) => [name, undo]);
    await attempt(processor);
    expect(await states()).toEqual([
      ['reserve', 'possible'],
      ['charge', 'possible'],
      ['note', null],
    ]);
    expect(await readOrder(lab.database, 'a', null)).toMatchObject({ endsAs: 'Failed', attempts: 1 });
    await attempt(processor);
    expect(await states()).toEqual([
      ['reserve', 'done'],
      ['charge', 'done'],
      ['note', null],
    ]);
    expect(await readOrder(lab.database, 'a', null)).toMatchObject({ endsAs: null, attempts: 1 });
  });

  test('is undone when its attempts are used up', async () => {
    const { log, processor } = shop(() => {
      throw new Error('no');
    });
    expect(await toEnd(processor)).toBe(3);
    expect(log).toEqual(UNDONE);
    expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'processor_error', attempts: 2 });
  });

  test('is undone when its crashes are used up, and the step that kills its worker is not run again', async () => {
    const runs: string[] = [];
    const { log, processor } = shop(({ step, attempt: nth }) =>
      step('deadly', () => {
        runs.push(`deadly ${nth}`);
        throw new Error('the worker died here');
      }),
    );
    await attempt(processor);
    await dieAfter();
    await dieAfter();
    lab.queue.sends.length = 0;
    // Claims it as Failed, which is refused, and sends its message.
    expect(await attempt(processor)).toEqual(['a']);
    expect(lab.queue.sends).toEqual([[expect.objectContaining({ orderId: 'a' })]]);
    await attempt(processor);

    expect(runs).toEqual(['deadly 1']);
    expect(log).toEqual(UNDONE);
    expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'worker_lost', crashes: 2 });
  });

  test('each undo has its own key, the same for every time it is run', async () => {
    const keys: string[] = [];
    await toEnd(async (_order, { step, idempotencyKey }) => {
      keys.push(idempotencyKey);
      for (const name of ['reserve', 'charge'])
        await step(name, (own) => void keys.push(own.idempotencyKey), {
          undo: (_result, own) => {
            keys.push(own.idempotencyKey);
            if (keys.length === 5) throw new Error('no');
          },
        });
      decline();
    });

    // run: order, reserve, charge; undo: order, charge; again: order, charge, reserve
    expect(keys[3]).toBe(keys[0]);
    expect(keys[5]).toBe(keys[0]);
    expect(keys[6]).toBe(keys[4]);
    expect(new Set(keys).size).toBe(5);
  });

  test('that completes runs no undo, and a step without undo needs none', async () => {
    const { log, processor } = shop(() => undefined);
    expect(await toEnd(processor)).toBe(1);
    expect(log).toEqual(['reserve', 'charge', 'note']);
    expect((await lab.row('a')).status).toBe('Completed');
  });

  test('that has no step to undo ends at once', async () => {
    const failing: Processor = async (_order, { step }) => {
      await step('note', () => 1);
      decline();
    };
    expect(await toEnd(failing)).toBe(1);
    expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'address_unknown' });
  });

  test('a failing order without steps costs a claim and a finish', async () => {
    await lab.insert('a');
    lab.statements.length = 0;
    await attempt(async () => decline());
    expect(lab.statements).toHaveLength(2);
    expect((await lab.row('a')).status).toBe('Failed');
  });
});

describe('undo mode', () => {
  test('does not move forward, whatever the processor makes of what is thrown', async () => {
    const { log, processor } = shop(async ({ step, sleep }) => {
      await step('ship', decline).catch(() => undefined);
      await step('mail', () => log.push('mail')).catch(() => undefined);
      await sleep('cool off', 60).catch(() => undefined);
      await step('ship again', () => log.push('ship again')).catch(() => undefined);
      decline();
    });
    // Forward, all of it is taken until the sleep; undo finds "ship" without a record.
    await attempt(processor);
    await lab.psql.rows(`DELETE FROM order_steps WHERE name = 'mail'`);
    log.length = 0;
    await lab.psql.rows(`UPDATE orders SET status = 'Cancelled', due_at = NULL WHERE status = 'Waiting'`);
    await toEnd(processor);

    expect(log).toEqual(['undo charge 1', 'undo reserve 1']);
    expect((await lab.row('a')).status).toBe('Cancelled');
  });

  test('finds the steps of branches side by side, in whatever order they come', async () => {
    const log: string[] = [];
    const branch = async ({ step }: ProcessorContext, name: string) => {
      for (const n of [1, 2, 3]) {
        // Code of the branch may take a while.
        await new Promise((resolve) => setTimeout(resolve, 5 * n));
        await step(`${name} ${n}`, () => void log.push(`${name} ${n}`), {
          undo: () => log.push(`undo ${name} ${n}`),
        });
      }
    };
    await toEnd(async (_order, context) => {
      await Promise.all([context.step('bad', decline), branch(context, 'a'), branch(context, 'b')]).catch(
        async (error) => {
          await new Promise((resolve) => setTimeout(resolve, 30));
          throw error;
        },
      );
    });
    const done = log.filter((line) => !line.startsWith('undo'));
    expect(done.length).toBeGreaterThan(1);
    const recordedOrder = (await lab.psql.rows<{ name: string }>('SELECT name FROM order_steps ORDER BY entry')).map(
      ({ name }) => `undo ${name}`,
    );
    expect(log.filter((line) => line.startsWith('undo'))).toEqual(recordedOrder.reverse());
  });

  test('does not run the code after the last step to undo, so that code which never ends does not prevent the undo', async () => {
    let runs = 0;
    const { log, processor } = shop(() => {
      runs += 1;
      return new Promise(() => undefined);
    });
    for (let times = 0; times < 3; times += 1) await attempt(processor, SHORT_MS);

    expect(log).toEqual(UNDONE);
    expect(runs).toBe(2);
    expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'timed_out' });
  });

  test('undoes the steps although the processor catches what is thrown, and never ends', async () => {
    const { log, processor } = shop(decline);
    await attempt(processor);
    await attempt(async (order, context) => {
      await processor(order, context).catch(() => undefined);
      await new Promise(() => undefined);
    }, SHORT_MS);

    expect(log).toEqual(UNDONE);
  });

  test('does not count as an attempt in the history, also not in the entry of a signal', async () => {
    const signal = { orderId: 'a', owner: null, run: null, name: 'shipped', payload: '1' };
    const { processor } = shop(decline, (name) => name === 'charge' && signalOrder(lab, signal, 'caller'));
    await toEnd(processor);

    const history = await readHistory(lab.database, 'a', null);
    expect(history.find(({ reasonCode }) => reasonCode === 'signal_received')).toMatchObject({ attempt: 1 });
  });

  test('starts no undo once its time is up', async () => {
    const { log, processor } = shop(decline, () => {
      const end = performance.now() + WORK_MS;
      while (performance.now() < end);
    });
    await attempt(processor);
    await attempt(processor, SHORT_MS);

    expect(log).toEqual(['reserve', 'charge', 'note', 'undo charge 1']);
  });

  test('fails when the processor no longer has the step, naming it', async () => {
    await attempt(shop(decline).processor);
    await toEnd(async (_order, { step }) => {
      await step('reserve', () => '', { undo: () => undefined });
    });

    expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'undo_failed' });
    expect((await lab.row('a')).reason).toBe(
      'Undoing step "charge": The processor returned without calling it with an undo.',
    );
    expect(await undone()).toEqual([]);
  });
});

describe('an undo that fails', () => {
  test('is retried, and those before it are not run again', async () => {
    const { log, processor } = shop(decline, (name, times) => {
      if (name === 'reserve' && times === 1) throw new Error('the warehouse is down');
    });
    await attempt(processor);
    await attempt(processor);
    expect(await lab.row('a')).toMatchObject({
      status: 'Pending',
      reasonCode: 'processor_error',
      reason: 'Undoing step "reserve": the warehouse is down',
    });
    expect(await undone()).toEqual(['charge']);
    await attempt(processor);

    expect(log).toEqual(UNDONE);
    expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'address_unknown', attempts: 1 });
  });

  test('past its budget ends the order as undo_failed, and a redrive continues the undo', async () => {
    let isBroken = true;
    const { log, processor } = shop(decline, (name) => {
      if (isBroken && name === 'reserve') throw new Error('the warehouse is down');
    });
    // The run; charge undone and reserve not; reserve not.
    expect(await toEnd(processor)).toBe(3);
    expect(await lab.row('a')).toMatchObject({
      status: 'Failed',
      finished: true,
      reasonCode: 'undo_failed',
      reason: 'Undoing step "reserve": the warehouse is down',
    });
    expect(await endsAs()).toBe('Failed');

    isBroken = false;
    await redrive();
    expect(await toEnd(processor)).toBe(1);
    expect(log).toEqual(UNDONE);
    expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'address_unknown' });
    expect(await endsAs()).toBeNull();
  });

  test('with a PermanentFailure is not retried', async () => {
    const { processor } = shop(decline, () => {
      throw new PermanentFailure('account_closed', 'cannot refund');
    });
    expect(await toEnd(processor)).toBe(2);
    expect(await lab.row('a')).toMatchObject({
      reasonCode: 'undo_failed',
      reason: 'Undoing step "charge": cannot refund',
    });
  });

  test('because it kills its workers ends the order as undo_failed, naming the step', async () => {
    const { processor } = shop(decline);
    await attempt(processor);
    await dieAfter();
    const { claims } = await lab.claim(['a'], { suspects: true, maxCrashes: 2 });
    expect(claims).toMatchObject([{ endsAs: 'Failed', undoAttempts: 2 }]);
    await lab.killLease('a');
    await attempt(processor);

    expect(await lab.row('a')).toMatchObject({
      status: 'Failed',
      crashes: 0,
      reasonCode: 'undo_failed',
      reason: 'Undoing step "charge": its worker stopped responding before it finished',
    });
    await redrive();
    await toEnd(processor);
    expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'address_unknown' });
  });
});

describe('an undo whose steps cannot be read or recorded', () => {
  /** Runs the processor on the order with a database that rejects some statements, until it is finished. */
  async function withRefused(refused: RegExp, processor: Processor): Promise<number> {
    const refusal = new DatabaseError('no room on the disk', 'refused', '53100', undefined);
    const database: Database = {
      ...lab.database,
      query: (...statement) =>
        refused.test(statement[0]) ? Promise.reject(refusal) : lab.database.query(...statement),
    };
    for (let claims = 1; claims < 10; claims += 1) {
      await lab.process(['a'], { processor, ...BUDGETS, database });
      if ((await lab.row('a')).finished) return claims;
    }
    throw new Error('the order does not end');
  }

  test.each([
    ['read', /JOIN public.order_steps/, 'Reading the steps to undo', []],
    ['recorded', /INSERT INTO public.order_steps/, 'Undoing step "charge"', ['undo charge 1', 'undo charge 1']],
  ])('has the budget of an undo if they cannot be %s, and a redrive continues it', async (_, refused, what, undos) => {
    const { log, processor } = shop(decline);
    await attempt(processor);
    log.length = 0;
    expect(await withRefused(refused, processor)).toBe(2);
    expect(log).toEqual(undos);
    expect(await lab.row('a')).toMatchObject({
      status: 'Failed',
      reasonCode: 'undo_failed',
      reason: `${what}: no room on the disk`,
    });

    log.length = 0;
    await redrive();
    await toEnd(processor);
    expect(log).toEqual(['undo charge 1', 'undo reserve 1']);
    expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'address_unknown' });
  });
});

test('isLastAttempt is true while an order is undone, so that a step of its last attempt is found', async () => {
  const log: string[] = [];
  const processor: Processor = async (_order, { step, isLastAttempt }) => {
    log.push(`last: ${isLastAttempt}`);
    await step('card', () => Promise.reject(new Error('declined'))).catch(async (error) => {
      if (!isLastAttempt) throw error;
      await step('invoice', () => 1, { undo: () => log.push('undo invoice') });
    });
    throw new Error('no');
  };
  await toEnd(processor);

  expect(log).toEqual(['last: false', 'last: true', 'last: true', 'undo invoice']);
  expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'processor_error' });
});

test('a step that somebody undid by hand counts as undone once it is recorded as the runbook says, and a redrive ends the order', async () => {
  const { log, processor } = shop(decline, (name) => {
    if (name === 'reserve') throw new PermanentFailure('unknown_hold', 'it was released by phone');
  });
  await toEnd(processor);
  expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'undo_failed' });

  const [, documented = ''] =
    /```sql\n(UPDATE order_steps [^`]+)```/.exec(await readFile('docs/runbook.md', 'utf8')) ?? [];
  await lab.psql.rows(documented.replaceAll('ORD-7', 'a').replace('charge', 'reserve'));
  await redrive();
  await toEnd(processor);
  expect(log.slice(3)).toEqual(['undo charge 1']);
  expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'address_unknown' });
  expect(await endsAs()).toBeNull();
  expect(await moves()).toContain('Failed>Failed step_undone reserve');
});

describe('a crash during undo', () => {
  test('after a step was undone leaves the next one its whole budget', async () => {
    const { log, processor } = shop(decline);
    await attempt(processor);
    await dieAfter();
    const { claims } = await lab.claim(['a'], { suspects: true, maxCrashes: 2 });
    const { token = 0, attempt: nth = 0 } = claims[0] ?? {};
    const step = { orderId: 'a', owner: '', run: 1, token, attempt: nth, name: 'charge', kind: 'step' } as const;
    const done = { result: null, seconds: 0, wakeSeconds: null, undoable: true, undone: true };
    expect(await recordSteps(lab.database, [{ ...step, ...done }], 'worker')).toEqual(['recorded']);
    await lab.killLease('a');
    await toEnd(processor);

    expect(log.slice(3)).toEqual(['undo reserve 1']);
    expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'address_unknown' });
  });

  test.each([
    ['before the first undo', []],
    ['between two', ['charge']],
    ['after the last', ['charge', 'reserve']],
  ])('%s is made good by the next worker', async (_, names) => {
    const { log, processor } = shop(decline);
    await attempt(processor);
    await dieAfter(() =>
      lab.psql.rows(`UPDATE order_steps SET undone_at = clock_timestamp() WHERE name = ANY($1)`, [names]),
    );
    await toEnd(processor);

    const left = ['charge', 'reserve']
      .filter((name) => !(names as string[]).includes(name))
      .map((name) => `undo ${name} 1`);
    expect(log).toEqual(['reserve', 'charge', 'note', ...left]);
    expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'address_unknown', crashes: 0 });
  });

  test('after the last undo is made good without running the processor', async () => {
    await attempt(shop(decline).processor);
    await dieAfter(() => lab.psql.rows('UPDATE order_steps SET undone_at = clock_timestamp() WHERE undoable'));
    let runs = 0;
    await toEnd(async () => {
      runs += 1;
    });

    expect(runs).toBe(0);
    expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'address_unknown' });
  });

  test('a worker that lost the order records no undo and does not end it', async () => {
    let isLate = true;
    const { log, processor } = shop(decline, async () => {
      if (!isLate) return;
      isLate = false;
      await lab.killLease('a');
      await attempt(processor);
    });
    await attempt(processor);
    await attempt(processor);

    expect(log.filter((line) => line === 'undo reserve 1')).toEqual(['undo reserve 1']);
    expect(await lab.psql.value(`SELECT count(*)::integer FROM order_history WHERE reason_code = 'step_undone'`)).toBe(
      2,
    );
    expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'address_unknown' });
  });
});

test('a redrive after an undo starts a new run, in which all steps happen again with other keys', async () => {
  const keys: string[] = [];
  let isKnown = false;
  const processor: Processor = async (_order, { step }) => {
    await step('charge', ({ idempotencyKey }) => void keys.push(idempotencyKey), { undo: () => undefined });
    if (!isKnown) decline();
  };
  await toEnd(processor);
  isKnown = true;
  await redrive();
  await toEnd(processor);

  expect((await lab.row('a')).status).toBe('Completed');
  expect(new Set(keys).size).toBe(2);
});

describe('code from before undo', () => {
  /** As its claim does. */
  const claimAsBefore = () =>
    lab.psql.rows(
      `UPDATE orders SET status = 'Processing', token = token + 1, lease_until = now() + interval '1 minute', not_before = NULL
       WHERE status = 'Pending' RETURNING order_id`,
    );

  test('cannot claim an order in undo', async () => {
    const { log, processor } = shop(decline);
    await attempt(processor);
    expect(await claimAsBefore()).toEqual([]);
    await toEnd(processor);
    expect(log).toEqual(UNDONE);
  });

  test('cannot end an order with steps to undo', async () => {
    const { log, processor } = shop(() => {
      throw new Error('later');
    });
    await attempt(processor);
    await claimAsBefore();
    await lab.psql.rows(
      `UPDATE orders SET status = 'Failed', lease_until = NULL, due_at = NULL, reason_code = 'gone', finished_at = now()`,
    );
    expect(await lab.row('a')).toMatchObject({ status: 'Pending', finished: false });
    expect(await lab.sweep()).toBe(1);
    await toEnd(processor);
    expect(log).toEqual(UNDONE);
    expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'gone' });
  });
});
