import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runOrders } from './run-orders.ts';

/** An API with 250 orders, which breaks down at the page with this index. */
let breaksAt: number;
let asked: URLSearchParams[];
let api: Server;
let directory: string;
let file: string;

const order = (n: number) => ({
  ...{ order_id: `ORD-${n}`, owner: '', status: 'Completed', user_id: 7, item_ids: [1, 2], total_amount: '9.50' },
  ...{ created_at: '2026-01-01T00:00:00Z', finished_at: null, processing_time: 2, attempts: 1, redrives: 0 },
  ...(n === 3
    ? {
        ...{ currency: 'EUR', customer_ref: '+49 30', process_after: '2026-02-01T00:00:00Z', metadata: { a: 'b,c' } },
        items: [{ sku: 'MUG', quantity: 2, unit_price: '4.75', metadata: {} }],
      }
    : { currency: null, customer_ref: null, process_after: null, metadata: {}, items: [] }),
  ...{ reason_code: n === 1 ? '=HYPERLINK("x")' : null, reason: n === 2 ? 'two\nlines' : null },
});

beforeEach(async () => {
  breaksAt = Number.POSITIVE_INFINITY;
  asked = [];
  directory = await mkdtemp(join(tmpdir(), 'order-backend-export-'));
  file = join(directory, 'orders.out');
  api = createServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://api').searchParams;
    asked.push(query);
    const page = Number(query.get('cursor') ?? 0);
    const headers = { 'content-type': 'application/json' };
    if (page >= breaksAt) return response.writeHead(500, headers).end('{"status_code":500,"message":"broken"}');
    const orders = Array.from({ length: page < 2 ? 100 : 50 }, (_, n) => order(page * 100 + n));
    return response
      .writeHead(200, headers)
      .end(JSON.stringify({ orders, next_cursor: page < 2 ? `${page + 1}` : null }));
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  api.closeAllConnections();
  api.close();
  await rm(directory, { recursive: true });
});

const exportOrders = (...args: string[]) =>
  runOrders(['export', '--output', file, ...args], {
    ORDERS_URL: `http://127.0.0.1:${(api.address() as AddressInfo).port}/api/v1`,
  });
const ALL = Array.from({ length: 250 }, (_, n) => `ORD-${n}`);
const exported = async () =>
  (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { order_id: string }).order_id);

describe('orders export', () => {
  test('export writes every order of the filter, one JSON object per line', async () => {
    expect(await exportOrders('--status', 'Completed')).toMatchObject({
      code: 0,
      output: expect.stringContaining('Exported '),
    });
    expect(await exported()).toEqual(ALL);
    expect(asked.map((query) => query.get('status'))).toEqual(['Completed', 'Completed', 'Completed']);
    expect(await readdir(directory)).toEqual(['orders.out']);
  });

  test('an interrupted export continues where it was, with each order once', async () => {
    breaksAt = 2;
    expect((await exportOrders()).code).toBe(1);
    // As after a crash between two writes.
    await writeFile(file, '{"order_id":"ORD-2', { flag: 'a' });
    expect((await exportOrders('--resume', '--status', 'Failed')).output).toContain('other filters or another format');
    expect((await exportOrders()).output).toContain('exists');
    breaksAt = Number.POSITIVE_INFINITY;
    asked = [];
    expect(await exportOrders('--resume')).toMatchObject({ code: 0, output: expect.stringContaining('Exported ') });
    expect(asked).toHaveLength(1);
    expect(await exported()).toEqual(ALL);
    expect((await exportOrders('--resume')).output).toContain('to continue from');
  });

  test('an export as CSV has a header, quotes what needs it, and holds no formula for a spreadsheet', async () => {
    expect(await exportOrders('--format', 'csv')).toMatchObject({
      code: 0,
      output: expect.stringContaining('Exported '),
    });
    const lines = (await readFile(file, 'utf8')).split('\r\n');
    expect(lines[0]).toBe(
      'order_id,owner,status,user_id,item_ids,total_amount,created_at,finished_at,processing_time,attempts,redrives,reason_code,reason,' +
        'currency,customer_ref,metadata,items,process_after',
    );
    expect(lines[1]).toBe('ORD-0,,Completed,7,1 2,9.50,2026-01-01T00:00:00Z,,2,1,0,,,,,,,');
    expect(lines[2]).toContain(`"'=HYPERLINK(""x"")"`);
    expect(lines[3]).toContain('"two\nlines"');
    expect(lines.slice(4)[0]?.split(',EUR,')[1]).toBe(
      `'+49 30,"{""a"":""b,c""}","[{""sku"":""MUG"",""quantity"":2,""unit_price"":""4.75"",""metadata"":{}}]",2026-02-01T00:00:00Z`,
    );
    expect(lines).toHaveLength(252);
  });

  test('a format that does not exist, and --resume without a file, are rejected', async () => {
    expect((await exportOrders('--format', 'xml')).code).toBe(2);
    expect((await runOrders(['export', '--resume'], {})).code).toBe(2);
  });
});
