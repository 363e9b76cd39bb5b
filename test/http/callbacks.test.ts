import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { loadConfig } from '../../lib/config.ts';
import { Callbacks } from '../../lib/orders/callbacks.ts';
import { loadCallbacks } from '../../lib/runtime/callbacks.ts';
import { demandDocumented } from '../support/documented.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { httpEvent, lambdaContext } from '../support/lambda.ts';

const KEY = Buffer.alloc(32, 'k');
const OLD_KEY = Buffer.alloc(32, 'o');
const secret = (...keys: Buffer[]) => keys.map((key) => `whsec_${key.toString('base64')}`).join(' ');
const URL_START = 'https://orders.example/api/v1';

let service: Functions;
beforeAll(async () => {
  service = await loadFunctions({
    settings: { AUTH: 'api-key', CALLBACK_SECRET: secret(KEY, OLD_KEY), CALLBACK_URL: URL_START },
  });
});
afterAll(() => service.close());

beforeEach(async () => {
  await service.psql.rows('TRUNCATE orders');
  await service.psql.rows(
    `INSERT INTO orders (order_id, owner, user_id, item_ids, total_amount) VALUES ('a', 'shop 🛒', 1, '{}', 1), ('b', 'shop 🛒', 1, '{}', 1)`,
  );
});

const SIGNAL = { owner: 'shop 🛒', orderId: 'a', run: 1, name: 'shipped' };
const urlOf = (signal = SIGNAL, key = KEY) => new Callbacks(`${URL_START}/`, [key]).urlOf(signal);

async function post(url: string, body?: unknown) {
  const { handler } = await import('../../functions/http/receive-callback.ts');
  const routeKey = 'POST /api/v1/callbacks/{token}';
  const path = new URL(url).pathname;
  const event = httpEvent({
    method: 'POST',
    path,
    routeKey,
    pathParameters: { token: path.replace('/api/v1/callbacks/', '') },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = await (handler as (event: APIGatewayProxyEventV2, context: Context) => Promise<Answer>)(
    event,
    lambdaContext(),
  );
  const { statusCode: status, headers, body: text } = answer;
  demandDocumented(routeKey, { status, headers, text });
  return { status, body: JSON.parse(text) as Record<string, unknown> };
}

interface Answer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const stored = () => service.psql.rows('SELECT order_id, name, payload FROM order_signals');

describe('a callback URL', () => {
  test('sends its signal to its order without a credential, once', async () => {
    expect(await post(urlOf(), { parcel: 7 })).toMatchObject({
      status: 202,
      body: { order_id: 'a', name: 'shipped', outcome: 'stored' },
    });
    expect((await post(urlOf(), { parcel: 7 })).status).toBe(200);
    expect(await post(urlOf(), { parcel: 8 })).toMatchObject({ status: 409, body: { code: 'signal_exists' } });
    expect(await stored()).toEqual([{ order_id: 'a', name: 'shipped', payload: '{"parcel":7}' }]);
    expect(await service.psql.value(`SELECT actor FROM order_history WHERE reason_code = 'signal_received'`)).toMatch(
      /^callback /,
    );
  });

  test('is accepted with each of the two keys while one is replaced, and with no other', async () => {
    expect((await post(urlOf(SIGNAL, OLD_KEY))).status).toBe(202);
    expect(await post(urlOf(SIGNAL, Buffer.alloc(32, 'x')))).toMatchObject({
      status: 404,
      body: { code: 'callback_not_found' },
    });
  });

  const [target = '', signature = ''] = urlOf().split('/').at(-1)?.split('.') ?? [];
  const [otherTarget = ''] =
    urlOf({ ...SIGNAL, orderId: 'b' })
      .split('/')
      .at(-1)
      ?.split('.') ?? [];
  test.each([
    ['of another order', `${otherTarget}.${signature}`],
    ['without a signature', target],
    ['with an empty signature', `${target}.`],
    ['with a changed signature', `${target}.${signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))}`],
    ['that is empty', ''],
    ['that is not signed', 'a.b'],
  ])('rejects a token %s, and stores nothing', async (_, token) => {
    expect((await post(`${URL_START}/callbacks/${token}`, 1)).status).toBe(404);
    expect(await stored()).toEqual([]);
  });

  test('of an earlier run is refused', async () => {
    await service.psql.rows(`UPDATE orders SET run = 2`);
    expect(await post(urlOf(), 1)).toMatchObject({ status: 409, body: { code: 'signal_too_late' } });
  });

  test('of an order that no longer exists gets 404', async () => {
    await service.psql.rows(`DELETE FROM orders`);
    expect(await post(urlOf(), 1)).toMatchObject({ status: 404, body: { code: 'order_not_found' } });
  });

  test('does not exist without a key', async () => {
    const env = { DATABASE_URL: 'postgres://user@host/name', QUEUE_URL: 'https://queue' };
    expect(await loadCallbacks(loadConfig(env))).toBeUndefined();
    expect((await loadCallbacks(loadConfig({ ...env, CALLBACK_SECRET: secret(KEY) })))?.urlOf(SIGNAL)).toMatch(
      /^http:\/\/localhost:8000\/api\/v1\/callbacks\/[\w-]+\.[\w-]{43}$/,
    );
  });
});
