import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { create } from '../../cli/api/create.ts';
import { watch } from '../../cli/api/watch.ts';
import { execute } from '../../infra/run-command.ts';
import { type CapturedLog, captureLog } from '../observability/captured-log.ts';
import { type Receiver, startReceiver } from '../processors/receiver.ts';

let service: Receiver;
let directory: string;
let output: CapturedLog;

beforeEach(async () => {
  service = await startReceiver();
  directory = await mkdtemp(join(tmpdir(), 'orders-'));
  output = captureLog();
});
afterEach(async () => {
  output.release();
  await rm(directory, { recursive: true });
  await service.close();
});

/** The service answers its requests with these, one after another; then it is gone. */
function play(...answers: readonly (readonly [status: number, body: object])[]): void {
  service.answer = (response) => {
    const [status, body] = answers[service.requests.length - 1] ?? [];
    if (status === undefined) return void response.socket?.destroy();
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
}

describe('npm run orders -- create --file', () => {
  const ACCEPTED = [202, { status_code: 202, message: 'Order successfully processed.' }] as const;
  const REFUSED = [400, { status_code: 400, message: 'Validation Error', errors: [] }] as const;
  const fileOf = async (orders: number) => {
    const path = join(directory, 'orders.jsonl');
    const lines = Array.from(
      { length: orders },
      (_, n) => `{"order_id":"o${n}","user_id":1,"item_ids":[],"total_amount":1}`,
    );
    await writeFile(path, lines.join('\n'));
    return path;
  };

  test('create --file stops when the service is gone, and reports its progress', async () => {
    play(ACCEPTED, REFUSED, ACCEPTED);

    const code = await execute(create, ['--url', service.url, '--file', await fileOf(20), '--concurrency', '1']);

    expect(code).toBe(1);
    expect(output.text).toMatch(/Stopped, with 2 accepted and 1 refused\.\n.*No response from/);
    expect(service.requests).toHaveLength(4);
  });

  test('create --file continues after a rejected order, and exits with 1', async () => {
    play(ACCEPTED, REFUSED, ACCEPTED);

    expect(await execute(create, ['--url', service.url, '--file', await fileOf(3), '--concurrency', '1'])).toBe(1);
    expect(output.text).toContain('2 accepted, 1 refused.');
  });
});

describe('npm run orders -- watch', () => {
  test('watch sends one request for an order that is finished', async () => {
    play([200, { order_id: 'ORD-1', status: 'Completed', attempts: 1, steps: [] }]);

    expect(await execute(watch, ['--url', service.url, 'ORD-1'])).toBe(0);
    expect(service.requests).toHaveLength(1);
  });

  test('watch says that another server is not the API', async () => {
    play([404, { message: 'Not Found' }]);

    expect(await execute(watch, ['--url', service.url, 'ORD-1'])).toBe(1);
    expect(output.text).toContain('(404). Its URL must end with /api/v1.');
  });

  const counts = (Pending: number, Processing: number) =>
    [200, { data: { status_counts: { Pending, Processing, Completed: 7 }, oldest_pending_seconds: 0 } }] as const;

  test('watch --until-done continues while an order is Pending or Processing', async () => {
    play(counts(1, 0), counts(0, 1), counts(0, 0));

    expect(await execute(watch, ['--url', service.url, '--until-done'])).toBe(0);
    expect(service.requests).toHaveLength(3);
  });
});
