import { describe, expect, test } from '@jest/globals';
import { labForTests } from '../support/lab-for-tests.ts';
import { anOrder, type OrderLab, RESEND_AFTER } from '../support/order-lab.ts';

let lab: OrderLab;
labForTests((opened) => {
  lab = opened;
});

const createdFor = async (seconds: number, orderId = 'a') =>
  lab.create(anOrder({ orderId, details: { processAfter: new Date(Date.now() + seconds * 1_000) } }));

/** Lets time pass for the orders. */
const pass = (seconds: number) =>
  lab.psql.rows(
    `UPDATE orders SET not_before = not_before - $1 * interval '1 second', due_at = due_at - $1 * interval '1 second'`,
    [seconds],
  );

const sent = () => lab.queue.sends.flat();

describe('an order with process_after', () => {
  test.each([2, 60, 890])('in %i s is sent at once, in a message that is delayed until then', async (seconds) => {
    await createdFor(seconds);

    const row = await lab.row('a');
    const notBefore = row.notBefore ?? 0;
    expect(notBefore).toBeGreaterThan(seconds - 2);
    expect(row.due).toBeCloseTo(notBefore + RESEND_AFTER, 1);
    expect(sent()).toHaveLength(1);
    // Whole seconds: at least half a second and at most two seconds after its time.
    expect(sent()[0]?.delaySeconds).toBeGreaterThanOrEqual(notBefore + 0.5);
    expect(sent()[0]?.delaySeconds).toBeLessThanOrEqual(seconds + 1.5);
  });

  test('in a year is sent by the sweep a quarter of an hour before, in a delayed message, and only once', async () => {
    const YEAR = 365 * 86_400;
    await createdFor(YEAR);
    expect(sent()).toEqual([]);
    expect(await lab.sweep()).toBe(0);

    await pass(YEAR - 890);
    expect(await lab.sweep()).toBe(1);
    expect(sent()[0]?.delaySeconds).toBeGreaterThan(880);
    expect(sent()[0]?.delaySeconds).toBeLessThanOrEqual(892);
    expect(await lab.sweep()).toBe(0);

    await pass(891);
    await lab.process(['a']);
    expect((await lab.row('a')).status).toBe('Completed');
  });

  test('is not processed before its time, whatever message comes', async () => {
    await createdFor(60);

    expect(await lab.process(['a'])).toEqual(['a']);
    expect(await lab.row('a')).toMatchObject({ status: 'Pending', attempts: 0, token: 0 });
    await pass(61);
    await lab.process(['a']);
    expect((await lab.row('a')).status).toBe('Completed');
  });

  test('in the past is processed at once', async () => {
    await createdFor(-60);

    expect(await lab.row('a')).toMatchObject({ notBefore: null });
    expect(sent()).toEqual([{ orderId: 'a', owner: '', traceparent: undefined }]);
  });

  test('whose delayed message cannot be sent is sent by the sweep before its time', async () => {
    lab.queue.refuses = () => true;
    await createdFor(600);
    lab.queue.refuses = () => false;
    expect((await lab.row('a')).due).toBeLessThanOrEqual(0);

    expect(await lab.sweep()).toBe(1);
    expect(sent().at(-1)?.delaySeconds).toBeGreaterThan(580);
  });

  test('shares a statement with orders that have none', async () => {
    lab.statements.length = 0;
    await Promise.all([createdFor(60, 'later'), lab.create(anOrder({ orderId: 'now' }))]);
    expect(lab.statements).toHaveLength(1);
    expect(new Map(sent().map(({ orderId, delaySeconds = 0 }) => [orderId, delaySeconds > 0]))).toEqual(
      new Map([
        ['later', true],
        ['now', false],
      ]),
    );
  });
});
