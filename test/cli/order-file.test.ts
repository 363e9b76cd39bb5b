import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readOrderFile } from '../../cli/api/order-file.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'order-backend-file-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function idsIn(content: Buffer): Promise<string[]> {
  const path = join(directory, 'orders.jsonl');
  writeFileSync(path, content);
  const ids: string[] = [];
  for await (const { order } of readOrderFile(path)) ids.push(order.order_id);
  return ids;
}

const TWO = '{"order_id":"A"}\n{"order_id":"Grün"}\n';

const utf32 = (text: string) =>
  Buffer.from(Uint32Array.from(text, (character) => character.codePointAt(0) ?? 0).buffer);

describe('a file of orders', () => {
  test.each([
    ['LF', TWO],
    ['CRLF', TWO.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${TWO}`],
    ['a byte order mark and CRLF', `\ufeff${TWO.replaceAll('\n', '\r\n')}`],
    ['no line break at its end', TWO.trimEnd()],
    ['empty lines', `\n \n${TWO}\n\r\n`],
  ])('a file of orders in UTF-8 with %s is read', async (_, text) => {
    expect(await idsIn(Buffer.from(text))).toEqual(['A', 'Grün']);
  });

  test('numbers of a file of orders are sent with the digits that they are written with', async () => {
    const text = '{"order_id":"A","total_amount":9.50,"metadata":{"unit_price":1.0},"items":[{"unit_price":0.10}]}';
    const path = join(directory, 'amounts.jsonl');
    writeFileSync(path, text);
    for await (const { order } of readOrderFile(path)) expect(JSON.stringify(order)).toBe(text);
  });

  test('a file of orders is read if read boundaries split characters and lines', async () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => `ü-${index}`);
    const text = ids.map((orderId) => `${JSON.stringify({ order_id: orderId })}\n`).join('');
    expect(await idsIn(Buffer.from(text))).toEqual(ids);
  });

  test.each([
    ['Latin-1', Buffer.from(TWO, 'latin1'), 'Line 2 is Latin-1'],
    ['UTF-16 with a mark', Buffer.from(`\ufeff${TWO}`, 'utf16le'), 'Line 1 is UTF-16'],
    ['UTF-16 without one', Buffer.from(TWO, 'utf16le'), 'Line 1 is UTF-16'],
    ['big-endian UTF-16', Buffer.from(`\ufeff${TWO}`, 'utf16le').swap16(), 'Line 1 is UTF-16'],
    ['UTF-32', utf32(`\ufeff${TWO}`), 'Line 1 is UTF-32'],
    ['a cut character', Buffer.concat([Buffer.from(TWO), Buffer.from('{"order_id":"ü').subarray(0, -1)]), 'Line 3 is'],
  ])('a file of orders in %s is rejected with the line and the encoding', async (_, content, message) => {
    await expect(idsIn(content)).rejects.toThrow(message);
    await expect(idsIn(content)).rejects.toThrow('not UTF-8');
  });

  test('a file of orders that is compressed is rejected, and named as such', async () => {
    await expect(idsIn(gzipSync(TWO))).rejects.toThrow('compressed with gzip');
  });
});
