import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CapturedLog, captureLog } from '../observability/captured-log.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { refusal } from '../support/refusal.ts';

let service: Functions;
let log: CapturedLog;

beforeAll(async () => {
  log = captureLog();
  service = await loadFunctions();
});

afterAll(async () => {
  log.release();
  await service.close();
});

// The only test of its file, since a container that has been configured once stays so.
test('an unconfigured service returns 500 without details, logs what is missing, and works once it is configured', async () => {
  const { QUEUE_URL: queueUrl } = process.env;
  delete process.env.QUEUE_URL;
  const order = { order_id: 'a', user_id: 1, item_ids: [], total_amount: 1 };

  expect(await service.post(order)).toMatchObject({
    status: 500,
    body: refusal('internal_error', 'Internal Server Error!'),
  });
  expect(log.text).toContain('QUEUE_URL must be set');

  process.env.QUEUE_URL = queueUrl;
  expect((await service.post(order)).status).toBe(202);
});
