import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { Callbacks } from '../../lib/orders/callbacks.ts';
import { signalOrder } from '../../lib/orders/signal-order.ts';
import { webhookProcessor } from '../../lib/processors/webhook.ts';
import { freePorts } from '../support/free-port.ts';
import { type OrderLab, openOrderLab } from '../support/order-lab.ts';
import { waitUntil } from '../support/wait-until.ts';
import '../support/starts-processes.ts';

let lab: OrderLab;
beforeAll(async () => {
  lab = await openOrderLab();
});
afterAll(() => lab.close());

const KEY = Buffer.alloc(32, 'k');

/** The receiver of docs/processors.md as its own process. */
async function startReceiver(): Promise<{ url: string; stop: () => Promise<void> }> {
  const page = await readFile(join(REPOSITORY, 'docs/processors.md'), 'utf8');
  const code = /^```js\n(import \{ createHmac.*?)^```$/ms.exec(page)?.[1] ?? '';
  const directory = await mkdtemp(join(tmpdir(), 'receiver-'));
  await writeFile(join(directory, 'receiver.mjs'), code);
  const [port = 0] = await freePorts(1);
  const env = { PORT: String(port), WEBHOOK_SECRET: `whsec_${KEY.toString('base64')}` };
  const child = spawn(process.execPath, [join(directory, 'receiver.mjs')], { env, stdio: 'ignore' });
  const stop = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
    await rm(directory, { recursive: true });
  };
  return { url: `http://127.0.0.1:${port}/`, stop };
}

test('the receiver in docs/processors.md accepts the work with 202 and ends it with a signal', async () => {
  const receiver = await startReceiver();
  // Stands for the API, which has its own tests.
  const api = createServer(async (request, response) => {
    const signal = callbacks.read(request.url?.split('/').at(-1) ?? '');
    if (signal) await signalOrder(lab, { ...signal, payload: await text(request) }, 'receiver');
    response.writeHead(signal ? 202 : 404).end();
  }).listen(0, '127.0.0.1');
  await once(api, 'listening');
  const callbacks = new Callbacks(`http://127.0.0.1:${(api.address() as AddressInfo).port}`, [Buffer.alloc(32, 'c')]);
  const options = { url: receiver.url, timeoutMs: 10_000, offersCallback: true };
  const process = (key: Buffer) =>
    lab.process(['a'], {
      processor: webhookProcessor({ ...options, signingKeys: [key] }),
      callbacks,
      retryPolicy: { maxAttempts: 50, baseMs: 1, maxMs: 1 },
    });
  try {
    await lab.insert('a');
    await waitUntil('the receiver accepts the order', async () => {
      await process(KEY);
      return (await lab.row('a')).status !== 'Pending';
    });
    await waitUntil('its signal has come', async () => (await lab.psql.value('SELECT signals FROM orders')) === 1);
    await process(KEY);
    expect((await lab.row('a')).status).toBe('Completed');
    expect(await lab.psql.value('SELECT payload FROM order_signals')).toBe('{"parcel":"parcel of a"}');

    await lab.psql.rows('TRUNCATE orders');
    await lab.insert('a');
    await process(Buffer.alloc(32, 'x'));
    expect(await lab.row('a')).toMatchObject({ status: 'Failed', reasonCode: 'webhook_401' });
  } finally {
    api.close();
    await receiver.stop();
  }
});
