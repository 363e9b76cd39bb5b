import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Functions, type HttpAnswer, loadFunctions } from '../support/functions.ts';
import { refusal } from '../support/refusal.ts';

/** Bytes (CONTRACT: 413 for a body over 256 KiB). */
const MAX_BODY = 256 * 1024;

/** Milliseconds of CPU that the hardest body may take from other requests; 20 to 60 as a rule. */
const MAX_CPU_MS = 1_500;

let service: Functions;

beforeAll(async () => {
  service = await loadFunctions();
});

afterAll(() => service.close());

const NOT_JSON = refusal('validation_failed', 'Validation Error', {
  errors: [{ path: '', message: 'must be JSON, in UTF-8' }],
});

let ordersMade = 0;
function validText(): string {
  ordersMade += 1;
  return `{"order_id":"order-${ordersMade}","user_id":1,"item_ids":[1],"total_amount":1}`;
}

const many = <T>(entry: (n: number) => [string, T]) =>
  Object.fromEntries(Array.from({ length: 1_800 }, (_, n) => entry(n)));

/** Valid JSON of exactly so many bytes. */
function ofSize(bytes: number): string {
  const text = validText();
  return text + ' '.repeat(bytes - Buffer.byteLength(text));
}

function expectTooLarge({ status, body }: HttpAnswer): void {
  expect({ status, body }).toEqual({
    status: 413,
    body: refusal('body_too_large', `The body is larger than ${MAX_BODY} bytes`),
  });
}

describe('the size of a response', () => {
  test.each([
    ['1,800 unknown query parameters', () => ({ query: many((n) => [`p${n}`, 'x']) })],
    ['a body with 1,000 wrong items', () => ({ body: { item_ids: Array(1_000).fill('x') } })],
    ['a body with 1,000 unknown fields', () => ({ body: many((n) => [`f${n}`, 1]) })],
  ])('a response lists at most 20 errors for %s', async (_, asking) => {
    const request = asking();
    const { status, body } = await service.ask('query' in request ? 'listOrders' : 'createOrder', request);
    expect(status).toBe(400);
    expect(body.errors).toHaveLength(20);
  });
});

describe('the size of a body', () => {
  test('a body of exactly 256 KiB is accepted', async () => {
    expect((await service.postRaw(ofSize(MAX_BODY))).status).toBe(202);
    expect((await service.postRaw(Buffer.from(ofSize(MAX_BODY)))).status).toBe(202);
  });

  test('a body of 256 KiB plus one byte gets 413, valid or not', async () => {
    expectTooLarge(await service.postRaw(ofSize(MAX_BODY + 1)));
    expectTooLarge(await service.postRaw('x'.repeat(MAX_BODY + 1)));
  });

  test('the size of a body is counted in bytes, not in characters', async () => {
    const euros = '€'.repeat(MAX_BODY / 3 + 1);
    expect(euros.length).toBeLessThan(MAX_BODY);
    expectTooLarge(await service.postRaw(`"${euros}"`));
  });

  test('the size of a body is counted in sent bytes, not in their base64', async () => {
    expect((await service.postRaw(Buffer.from(ofSize(200_000)))).status).toBe(202);
    expectTooLarge(await service.postRaw(Buffer.from(ofSize(MAX_BODY + 1))));
    expectTooLarge(await service.postRaw(new Uint8Array(MAX_BODY + 1).fill(0xff)));
  });

  test('a body of 10 MB, the most that API Gateway passes on, gets 413', async () => {
    expectTooLarge(await service.postRaw('['.repeat(10_000_000)));
  });
});

describe('a body that is not JSON text in UTF-8 gets 400', () => {
  const texts: [string, string | Uint8Array | undefined][] = [
    ['no body at all', undefined],
    ['an empty body', ''],
    ['white space', ' \n'],
    ['plain text', 'hello'],
    ['half an object', '{"order_id":"a"'],
    ['an object and more', '{}{}'],
    ['a trailing comma', '{"order_id":"a",}'],
    ['single quotes', `{'order_id':'a'}`],
    ['a comment', '{}//'],
    ['NaN', validText().replace('"total_amount":1', '"total_amount":NaN')],
    ['Infinity', validText().replace('"total_amount":1', '"total_amount":Infinity')],
    ['-Infinity', validText().replace('"total_amount":1', '"total_amount":-Infinity')],
    ['a hexadecimal number', validText().replace('"user_id":1', '"user_id":0x1')],
    ['a number with a leading zero', validText().replace('"user_id":1', '"user_id":01')],
    ['a number with a plus sign', validText().replace('"user_id":1', '"user_id":+1')],
    ['a number that begins with its point', validText().replace('"user_id":1', '"user_id":.1')],
    ['a raw NUL in text', validText().replace('order-', 'order\0')],
    ['a raw line break in text', validText().replace('order-', 'order\n')],
    ['a byte order mark', `\ufeff${validText()}`],
    ['a bad escape', String.raw`{"order_id":"\x41"}`],
    ['UTF-16', Buffer.from(validText(), 'utf16le')],
    ['a byte that is not UTF-8', Buffer.from(validText().replace('order-', 'order-\xff'), 'latin1')],
    ['ISO 8859-1', Buffer.from(validText().replace('order-', 'größe-'), 'latin1')],
    ['an overlong NUL', Buffer.from(validText().replace('order-', 'o\xc0\x80'), 'latin1')],
    ['a surrogate in UTF-8', Buffer.from(validText().replace('order-', 'o\xed\xa0\x80'), 'latin1')],
    ['a cut character', Buffer.concat([Buffer.from('"'), Buffer.from('€').subarray(0, 2)])],
    ['bytes of all kinds', new Uint8Array(256).map((_, byte) => byte)],
    ['200,000 open lists', '['.repeat(200_000)],
    ['40,000 open objects', '{"a":'.repeat(40_000)],
  ];
  for (const [what, body] of texts)
    test(what, async () => {
      const answer = await service.postRaw(body);
      expect({ status: answer.status, body: answer.body }).toEqual({ status: 400, body: NOT_JSON });
    });
});

describe('JSON that is not an order gets 400', () => {
  for (const text of ['null', 'true', '0', '1e400', '"order"', '[]', `[${validText()}]`])
    test(text.slice(0, 20), async () => {
      const { status, body } = await service.postRaw(text);
      expect({ status, body }).toEqual({
        status: 400,
        body: refusal('validation_failed', 'Validation Error', {
          errors: [{ path: '', message: 'must be a JSON object' }],
        }),
      });
    });

  for (const field of ['order_id', 'user_id', 'item_ids', 'total_amount', 'status', 'unknown'])
    test(`5,000 levels of nesting in ${field} get 400`, async () => {
      for (const nested of [
        `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
        `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
      ]) {
        const answer = await service.postRaw(validText().replace(/\}$/, `,"${field}":${nested}}`));
        expect(answer.status).toBe(400);
        expect(answer.body.message).toBe('Validation Error');
      }
    });

  const costly: [string, () => string][] = [
    ['100,000 items', () => `{"item_ids":[${Array(100_000).fill(1).join(',')}]}`],
    [
      '100,000 items that are all wrong',
      () => `{"item_ids":[${Array(100_000).fill('{}').join(',').slice(0, 250_000)}{}]}`,
    ],
    ['50,000 empty strings as items', () => `{"item_ids":[${Array(50_000).fill('""').join(',')}]}`],
    [
      '30,000 unknown fields',
      () =>
        `{${Array.from({ length: 30_000 }, (_, n) => `"${n}":1`)
          .join(',')
          .slice(0, 250_000)},"z":1}`,
    ],
    ['the same field 15,000 times', () => `{${Array(15_000).fill('"order_id":"a"').join(',')}}`],
    ['a field name of 250,000 characters', () => `{"${'x'.repeat(250_000)}":1}`],
    ['a field name of 40,000 NULs', () => `{"${'\\u0000'.repeat(40_000)}":1}`],
    ['a number of 250,000 digits', () => `{"total_amount":${'9'.repeat(250_000)}}`],
    ['text of 250,000 digits', () => `{"user_id":"${'9'.repeat(250_000)}"}`],
    ['250,000 spaces where digits belong', () => `{"user_id":"${' '.repeat(250_000)}x"}`],
    ['250,000 spaces where an amount belongs', () => `{"total_amount":"${' '.repeat(250_000)}x"}`],
    ['an id of 250,000 characters', () => `{"order_id":"${'x'.repeat(250_000)}"}`],
  ];
  for (const [what, make] of costly)
    test(`${what} gets a quick and small response`, async () => {
      const text = make();
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_BODY);
      const before = process.cpuUsage();

      const answer = await service.postRaw(text);

      const { user, system } = process.cpuUsage(before);
      expect(answer.status).toBe(400);
      expect((user + system) / 1_000).toBeLessThan(MAX_CPU_MS);
      // API Gateway passes on 6 MB at most, and turns what is larger into a 500.
      expect(answer.text.length).toBeLessThan(2 * MAX_BODY);
      expect((answer.body.errors as unknown[]).length).toBeLessThanOrEqual(20);
    });
});

test('client input reaches neither prototypes nor SQL', async () => {
  const stored = () => service.psql.value('SELECT count(*)::integer FROM orders');
  const before = await stored();
  for (const text of [
    `${validText().slice(0, -1)},"__proto__":{"isAdmin":true,"status":"Completed"}}`,
    `{"__proto__":${validText()}}`,
    `{"constructor":{"prototype":{"isAdmin":true}}}`,
  ])
    expect((await service.postRaw(text)).status).toBe(400);

  expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  expect(await stored()).toBe(before);
});

/** Milliseconds for hundreds of requests, one after another. */
const MANY_MS = 60_000;

describe('of whatever is sent', () => {
  // Each of these makes up ids, some of them short.
  beforeEach(() => service.psql.rows('TRUNCATE orders'));

  const weirdNumber = fc.constantFrom(
    '1e400',
    '-1e400',
    '9007199254740993',
    '-0',
    '0.1e-500',
    '2147483648',
    '1e11',
    '5',
  );
  const json = fc.oneof(
    fc.json(),
    fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)),
    weirdNumber,
    fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
    fc.constantFrom(String.raw`"\ud800"`, String.raw`"\u0000"`, 'null', '[]', '[1,"2",3.0]'),
  );
  const integer = fc.oneof(
    fc.integer().map(String),
    fc.integer().map((n) => `"${n}"`),
    fc.integer().map((n) => `${n}.0`),
  );
  const orderOf = (field: (valid: fc.Arbitrary<string>) => fc.Arbitrary<string>, more = {}): fc.Arbitrary<string> =>
    fc
      .record(
        {
          order_id: field(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).map((id) => JSON.stringify(id))),
          user_id: field(integer),
          item_ids: field(fc.array(integer).map((items) => `[${items.join(',')}]`)),
          total_amount: field(
            fc.oneof(
              fc.double({ min: 0, max: 999_999_999_999, noNaN: true }).map(String),
              fc.stringMatching(/^(0|[1-9]\d{0,11})\.\d{1,30}$/),
            ),
          ),
          status: field(fc.constantFrom('"Pending"', '"Processing"', '"Completed"')),
          ...more,
        },
        { requiredKeys: ['order_id', 'user_id', 'item_ids', 'total_amount'] },
      )
      .map((fields) => `{${Object.entries(fields).map(([name, value]) => `"${name}":${value}`)}}`);
  const validOrder = orderOf((valid) => valid);
  const brokenOrder = orderOf((valid) => fc.oneof({ weight: 3, arbitrary: valid }, { weight: 1, arbitrary: json }), {
    unknown: json,
  });

  const isOfTheContract = ({ status, body }: HttpAnswer): boolean =>
    status === 202
      ? body.status_code === 202 && String(body.message).startsWith('Order successfully processed.')
      : (status === 400 || status === 413) && body.status_code === status && typeof body.message === 'string';

  test(
    'any JSON gets 202, 400 or 413',
    async () => {
      const seen = new Set<number>();
      await fc.assert(
        fc.asyncProperty(fc.oneof(brokenOrder, json), async (text) => {
          const answer = await service.postRaw(text);
          seen.add(answer.status);
          return isOfTheContract(answer);
        }),
        { seed: 20, numRuns: 1_000 },
      );
      // Otherwise this would hold for a service that refuses everything.
      expect(seen).toEqual(new Set([202, 400]));
    },
    MANY_MS,
  );

  test(
    'any text and any bytes get 202, 400 or 413',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array()), async (body) =>
          isOfTheContract(await service.postRaw(body)),
        ),
        { seed: 21, numRuns: 300 },
      );
    },
    MANY_MS,
  );

  test(
    'an accepted order is found with the values that were sent',
    async () => {
      let accepted = 0;
      await fc.assert(
        fc.asyncProperty(validOrder, async (text) => {
          const answer = await service.postRaw(text);
          // Short ids occur twice.
          if (String(answer.body.message).includes('already exists')) return;
          expect(answer.status).toBe(202);
          accepted += 1;
          const sent = JSON.parse(text, (key, value, context?: { source?: string }) =>
            key === 'total_amount' && typeof value === 'number' ? context?.source : value,
          );
          const { body } = await service.getOrder(sent.order_id);
          expect(body).toMatchObject({
            order_id: sent.order_id,
            user_id: Number(sent.user_id),
            item_ids: sent.item_ids.map(Number),
            status: 'Pending',
          });
          expect(
            await service.psql.value('SELECT $1::numeric = $2::numeric', [body.total_amount, sent.total_amount]),
          ).toBe(true);
        }),
        { seed: 22, numRuns: 300 },
      );
      expect(accepted).toBeGreaterThan(250);
    },
    MANY_MS,
  );
});
