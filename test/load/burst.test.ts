import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json, text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from '@jest/globals';
import { execute } from '../../infra/run-command.ts';
import { load } from '../../load/burst.ts';
import { percentile } from '../../load/report.ts';
import '../support/starts-processes.ts';
import { captureLog } from '../observability/captured-log.ts';

const BURST = join(import.meta.dirname, '..', '..', 'load', 'burst.ts');

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** How the stand-in treats an order, by the number at the end of its id. */
interface Behaviour {
  /** The status of the response to its post; 0 for no response at all. Default 202. */
  readonly post?: (n: number) => number;
  /** Its status when it is asked for, undefined for not found. Default Completed. */
  readonly status?: (n: number) => string | undefined;
  /** Orders of other clients that are Processing all the time. */
  readonly others?: number;
}

/** A service that misbehaves on request. Returns its base URL. */
async function startService({ post = () => 202, status = () => 'Completed', others = 0 }: Behaviour): Promise<string> {
  const posted: number[] = [];
  const numberOf = (orderId: string): number => Number(orderId.split('-').at(-1));
  const create = async (request: IncomingMessage): Promise<number> => {
    const { order_id } = (await json(request)) as { order_id: string };
    const answer = post(numberOf(order_id));
    if (answer === 202) posted.push(numberOf(order_id));
    return answer;
  };
  const listener: RequestListener = (request, response) => {
    const answer = (code: number, body: unknown) => response.writeHead(code).end(JSON.stringify(body));
    const path = request.url ?? '';
    if (request.method === 'POST') {
      void create(request).then((code) => (code === 0 ? undefined : answer(code, { status_code: code })));
    } else if (path.endsWith('/metrics')) {
      const counts: Record<string, number> = { Pending: 0, Processing: others, Completed: 0 };
      for (const name of posted.map(status)) if (name) counts[name] = (counts[name] ?? 0) + 1;
      answer(200, { data: { status_counts: counts } });
    } else {
      const name = status(numberOf(path));
      answer(name ? 200 : 404, { status: name });
    }
  };
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`;
}

async function burst(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [BURST, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [[code], output, errors] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
  return { code, output: output + errors };
}

describe('npm run load', () => {
  test('npm run load succeeds if every order was accepted and is Completed', async () => {
    const { code, output } = await burst('--orders', '50', '--url', await startService({}));

    expect(output).toMatch(/^accepted \(202\)\s+50 of 50$/m);
    expect(output).toMatch(/^response time\s+p50 \d+ ms, p99 \d+ ms/m);
    expect(output).toMatch(/^all Completed\s+[\d.]+ s after the last response$/m);
    expect(output).toMatch(/^lost\s+0$/m);
    expect(code).toBe(0);
  });

  test('npm run load fails and names an accepted order that is unknown afterwards', async () => {
    const url = await startService({ status: (n) => (n === 17 ? undefined : 'Completed') });

    const { code, output } = await burst('--orders', '50', '--url', url);

    expect(output).toMatch(/^lost\s+1: load-\w+-17$/m);
    expect(output).toMatch(/^completed\s+49 of 50 accepted$/m);
    expect(code).toBe(1);
  });

  test('npm run load fails and counts rejected orders by status', async () => {
    const url = await startService({ post: (n) => (n < 3 ? 503 : n < 5 ? 500 : 202) });

    const { code, output } = await burst('--orders', '20', '--url', url);

    expect(output).toMatch(/^rejected\s+5 \(3 × 503, 2 × 500\)$/m);
    expect(output).toMatch(/^completed\s+15 of 15 accepted$/m);
    expect(code).toBe(1);
  });

  test('npm run load distinguishes an order without a timely response from a rejected one', async () => {
    const url = await startService({
      post: (n) => (n === 0 ? 0 : 202),
      status: (n) => (n === 0 ? 'Pending' : 'Completed'),
    });

    const { code, output } = await burst('--orders', '10', '--timeout', '3', '--url', url);

    expect(output).toMatch(/^accepted \(202\)\s+9 of 10$/m);
    expect(output).toMatch(/^no response\s+1 \(1 × no response in time\); 1 of them stored anyway$/m);
    expect(code).toBe(1);
  });

  test('npm run load stops waiting without progress, and lists the orders that are not Completed', async () => {
    const url = await startService({ status: (n) => (n === 4 ? 'Processing' : 'Completed') });

    const { code, output } = await burst('--orders', '10', '--patience', '1', '--url', url);

    expect(output).toMatch(/^all Completed\s+no, stopped waiting after/m);
    expect(output).toMatch(/^not completed\s+1 \(1 × Processing\): load-\w+-4$/m);
    expect(output).toMatch(/^lost\s+0$/m);
    expect(code).toBe(1);
  });

  test.each([0, 5])(
    'npm run load stops waiting immediately after a Failed order, also alongside %d orders of others',
    async (others) => {
      const url = await startService({ status: (n) => (n === 4 ? 'Failed' : 'Completed'), others });

      const { code, output } = await burst('--orders', '10', '--url', url);

      // The patience is a minute.
      expect(output).toMatch(/^all Completed\s+no, stopped waiting after \d\.\d s$/m);

      expect(output).toMatch(/^not completed\s+1 \(1 × Failed\): load-\w+-4$/m);
      expect(code).toBe(1);
    },
  );

  test('npm run load says in one line what to do without a service', async () => {
    const url = await startService({});
    server?.close();

    const { code, output } = await burst('--url', url);

    expect(output).toBe(`No order backend responds at ${url}. Run "npm start" in another terminal first.\n`);
    expect(code).toBe(1);
  });

  test.each([
    [['--orders', 'many'], '--orders must be a whole number from 1 to 20000, not "many".'],
    [['--timeout', '0'], '--timeout must be a whole number from 1 to 600, not "0".'],
    [['--url', 'nowhere'], '--url must be a URL such as http://localhost:8000/api/v1, not "nowhere".'],
  ])('npm run load rejects %j in one line', async (args, line) => {
    const log = captureLog();
    try {
      expect(await execute(load, ['--url', 'http://127.0.0.1:1', ...args])).toBe(2);
      expect(log.text).toBe(`${line}\nTry "npm run load -- --help" for more information.\n`);
    } finally {
      log.release();
    }
  });
});

describe('percentile', () => {
  test('a percentile is the nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, n) => n + 1);

    expect(percentile(values, 50)).toBe(50);
    expect(percentile(values, 99)).toBe(99);
    expect(percentile(values, 100)).toBe(100);
    expect(percentile([7], 99)).toBe(7);
    expect(percentile([], 99)).toBe(0);
  });
});
