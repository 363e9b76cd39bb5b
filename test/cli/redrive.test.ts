import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { redrive } from '../../cli/redrive.ts';
import { execute } from '../../infra/run-command.ts';
import { type CapturedLog, captureLog } from '../observability/captured-log.ts';
import { type OrderLab, openOrderLab } from '../support/order-lab.ts';

let lab: OrderLab;
let output: CapturedLog;

beforeAll(async () => {
  lab = await openOrderLab();
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    DATABASE_URL: lab.url,
    // What cannot be sent is the sweep's.
    QUEUE_URL: 'http://127.0.0.1:9/orders',
    LOG_LEVEL: 'ERROR',
    MAX_REDRIVES: '2',
  });
});
beforeEach(async () => {
  await lab.psql.rows('TRUNCATE orders');
  output = captureLog();
});
afterEach(() => output.release());
afterAll(() => lab.close());

/** Failed orders that were redriven so many times. */
async function insertFailed(count: number, redrives = 0): Promise<void> {
  await lab.psql.rows(
    `INSERT INTO orders (order_id, user_id, item_ids, total_amount, status, due_at, finished_at, redrives)
     SELECT format('order-%s-%s', n, $2::integer), 1, '{}', 1, 'Failed', NULL, now(), $2::integer FROM generate_series(1, $1::integer) AS n`,
    [count, redrives],
  );
}

describe('npm run orders -- redrive', () => {
  test('redrive keeps to --rate', async () => {
    await insertFailed(60);

    const started = performance.now();
    expect(await execute(redrive, ['--all', '--rate', '50'])).toBe(0);

    expect(await lab.psql.value(`SELECT count(*)::integer FROM order_history WHERE to_status = 'Pending'`)).toBe(60);
    // 50 at once, and the others a second after these began.
    expect(performance.now() - started).toBeGreaterThan(990);
  });

  test('redrive exits with 1 if it skips orders that have reached the redrive limit', async () => {
    await insertFailed(1);
    await insertFailed(1, 2);

    expect(await execute(redrive, ['--all'])).toBe(1);
    expect(output.text).toContain('Redrove 1 orders; 1 were skipped');

    expect(await execute(redrive, ['order-1-2'])).toBe(1);
    expect(output.text).toContain('Not redriven: order-1-2. It has reached the redrive limit (MAX_REDRIVES).');
  });

  test('redrive exits with 0 if it redrives every selected order', async () => {
    await insertFailed(2);
    expect(await execute(redrive, ['order-1-0', 'order-2-0'])).toBe(0);
  });
});
