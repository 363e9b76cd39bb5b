import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { encodeMessage } from '../../lib/queue/message.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { httpEvent, lambdaContext } from '../support/lambda.ts';
import { refusal } from '../support/refusal.ts';
import { waitUntil } from '../support/wait-until.ts';

let service: Functions;

beforeAll(async () => {
  // One connection, which waiting requests share with all others.
  service = await loadFunctions({ settings: { DATABASE_POOL_SIZE: '1', MAX_WAIT_SECONDS: '25' } });
});

beforeEach(async () => {
  await service.psql.rows('TRUNCATE orders');
  await service.post({ order_id: 'a', user_id: 1, item_ids: [7], total_amount: 1 });
});

afterAll(() => service.close());

const get = (wait: string, etag?: string, orderId = 'a') =>
  service.ask('getOrder', { orderId, query: { wait }, ...(etag && { headers: { 'if-none-match': etag } }) });

/** Starts a request, and resolves once it polls. */
async function start(wait: string, etag?: string) {
  const since = await service.psql.value<Date>('SELECT clock_timestamp()');
  const state = { done: false };
  const answer = get(wait, etag).finally(() => {
    state.done = true;
  });
  await waitUntil('the request polls', () =>
    service.psql.value<boolean>(
      `SELECT EXISTS (SELECT FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE '%count(s.undone_at)%' AND query_start > $1 AND pid <> pg_backend_pid())`,
      [since],
    ),
  );
  return { answer, state };
}

const etagOf = async () => String((await service.getOrder('a')).headers.etag);

describe('GET /orders/{order_id}?wait= without If-None-Match', () => {
  test('the response comes when the order is finished, not at an earlier change', async () => {
    const { answer, state } = await start('25');
    await service.psql.rows(`UPDATE orders SET cancel_requested_at = now()`);
    const { answer: second } = await start('25');
    expect(state.done).toBe(false);

    await service.psql.rows(`UPDATE orders SET cancel_requested_at = NULL`);
    await service.deliver([encodeMessage('a')]);

    expect(await answer).toMatchObject({ status: 200, body: { status: 'Completed' } });
    expect((await second).body.status).toBe('Completed');
  });

  test('after the time, the response is the order as it is', async () => {
    const startedAt = performance.now();
    expect(await get('1')).toMatchObject({ status: 200, body: { status: 'Pending' } });
    expect(performance.now() - startedAt).toBeGreaterThan(990);
  });

  test('the response for a finished order comes at once', async () => {
    await service.deliver([encodeMessage('a')]);
    expect((await get('25')).body.status).toBe('Completed');
  });

  test('an unknown order gets 404 immediately, and so does one that is deleted during the wait', async () => {
    const notFound = refusal('order_not_found', 'Order not found');
    expect(await get('25', undefined, 'b')).toMatchObject({ status: 404, body: notFound });
    const { answer } = await start('25');
    await service.psql.rows('TRUNCATE orders');
    expect(await answer).toMatchObject({ status: 404, body: notFound });
  });
});

describe('GET /orders/{order_id}?wait= with If-None-Match', () => {
  const step = (kind: string, until = 'NULL', undone = 'NULL') =>
    `INSERT INTO order_steps (owner, order_id, run, name, kind, attempt, token, started_at, finished_at, wake_at, undoable, undone_at)
     VALUES ('', 'a', 1, 'reserve', '${kind}', 1, 1, now(), coalesce(${until}, now()), ${until}, ${kind === 'step'}, ${undone})`;

  test.each([
    ['a request to cancel it', [], `UPDATE orders SET cancel_requested_at = now()`],
    ['a change of a detail', [], `UPDATE orders SET user_id = 2`],
    ['a recorded step', [], step('step')],
    ['an undone step', [step('step')], `UPDATE order_steps SET undone_at = now()`],
    [
      'a signal',
      [step('wait', `now() + interval '1 hour'`)],
      `INSERT INTO order_signals (owner, order_id, run, name, payload) VALUES ('', 'a', 1, 'reserve', '1')`,
    ],
    [
      'the end of a sleep',
      [step('sleep', `now() + interval '1 hour'`)],
      `UPDATE order_steps SET finished_at = started_at`,
    ],
  ])('the response is the order after %s', async (_, before, change) => {
    for (const sql of before) await service.psql.rows(sql);
    const etag = await etagOf();
    const { answer, state } = await start('25', etag);
    expect(state.done).toBe(false);

    await service.psql.rows(change);

    const { status, headers } = await answer;
    expect(status).toBe(200);
    expect(headers.etag).not.toBe(etag);
    expect(headers.etag).toBe(await etagOf());
  });

  test('a change that the response does not show does not end it', async () => {
    const { answer, state } = await start('25', await etagOf());
    await service.psql.rows(`UPDATE orders SET due_at = due_at + interval '1 second'`);
    const { answer: second } = await start('25', await etagOf());
    expect(state.done).toBe(false);
    await service.psql.rows(`UPDATE orders SET user_id = 2`);
    await answer;
    await second;
  });

  test('the response for another ETag comes at once, and after the time it is 304', async () => {
    expect(await get('25', '"another"')).toMatchObject({ status: 200 });
    const etag = await etagOf();
    expect(await get('1', etag)).toMatchObject({ status: 304, text: '', headers: { etag } });
  });
});

test('waiting requests hold no database connection', async () => {
  const waiting = await Promise.all(Array.from({ length: 20 }, () => start('25')));
  // The pool has one connection.
  expect((await service.getOrder('a')).status).toBe(200);
  expect(waiting.map(({ state }) => state.done)).not.toContain(true);
  await service.deliver([encodeMessage('a')]);
  for (const { answer } of waiting) expect((await answer).body.status).toBe('Completed');
});

test.each(['0', '0.0', '1.0'])('a wait of %s seconds is allowed', async (wait) => {
  expect((await get(wait)).status).toBe(200);
});

test.each(['-1', '26', '1.5', '1e1', 'x', '', ' 1', '1,2', 'NaN', '99999999999999999999'])(
  'a wait of %j gets 400, with the id in the path and in the query',
  async (wait) => {
    const errors = [{ path: 'wait', message: 'must be a whole number of seconds from 0 to 25' }];
    const invalid = refusal('validation_failed', 'Validation Error', { errors });
    expect(await get(wait)).toMatchObject({ status: 400, body: invalid });
    const { handler } = await import('../../functions/http/get-order.ts');
    const query = { order_id: 'a', wait };
    const event = httpEvent({ method: 'GET', path: '/api/v1/order', routeKey: 'GET /api/v1/order', query });
    expect(await handler(event, lambdaContext())).toMatchObject({ statusCode: 400 });
  },
);

test('a wait ends while the function has time left for its last statements', async () => {
  const { handler } = await import('../../functions/http/get-order.ts');
  const route = { method: 'GET', path: '/api/v1/order', routeKey: 'GET /api/v1/order' } as const;
  const event = httpEvent({ ...route, query: { order_id: 'a', wait: '25' } });
  // Two statements of at most 2 s each, and one second.
  const context = lambdaContext(5_000);
  expect(await handler(event, context)).toMatchObject({ statusCode: 200 });
  // It ends with 4 s left; a busy machine is slower.
  expect(context.getRemainingTimeInMillis()).toBeGreaterThan(2_000);
});
