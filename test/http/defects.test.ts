import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Functions, type HttpAnswer, loadFunctions } from '../support/functions.ts';
import { refusal } from '../support/refusal.ts';

let service: Functions;
/** What the functions wrote to their log. */
let log: string;

beforeAll(async () => {
  for (const stream of [process.stdout, process.stderr])
    jest.spyOn(stream, 'write').mockImplementation((text) => {
      log += text;
      return true;
    });
  jest.spyOn(console, 'error').mockImplementation((...values) => {
    log += values.map((value) => (value instanceof Error ? value.stack : String(value))).join(' ');
  });
  service = await loadFunctions();
});

afterAll(async () => {
  jest.restoreAllMocks();
  await service.close();
});

function expectInternalError({ status, body }: HttpAnswer): void {
  expect({ status, body }).toEqual({
    status: 500,
    body: refusal('internal_error', 'Internal Server Error!'),
  });
}

const order = { order_id: 'a', user_id: 1, item_ids: [], total_amount: 1 };

describe('a database that is not what it should be', () => {
  beforeAll(() => service.psql.rows('ALTER TABLE orders RENAME TO elsewhere; DROP TABLE order_counters'));

  const requests: [string, () => Promise<HttpAnswer>][] = [
    ['POST /orders', () => service.post({ ...order, order_id: 'b' })],
    ['GET /orders/{order_id}', () => service.getOrder('a')],
    ['GET /metrics', () => service.getMetrics()],
  ];
  for (const [endpoint, request] of requests)
    test(`${endpoint} returns 500 without details for a broken schema, and the log has the details`, async () => {
      log = '';

      expectInternalError(await request());

      expect(log).toMatch(/relation .*(orders|order_counters).* does not exist/);
      expect(log).not.toContain(new URL(service.databaseUrl).password || 'a password');
    });
});
