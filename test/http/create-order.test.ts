import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Functions, type HttpAnswer, loadFunctions } from '../support/functions.ts';
import { refusal } from '../support/refusal.ts';

let service: Functions;

beforeAll(async () => {
  service = await loadFunctions();
});

beforeEach(async () => {
  await service.receiveMessages();
});

afterAll(() => service.close());

let ordersMade = 0;
/** A valid body with a new id; what a test is about, it names. Undefined leaves a field out. */
function anOrder(fields: Record<string, unknown> = {}) {
  ordersMade += 1;
  return { order_id: `order-${ordersMade}`, user_id: 1, item_ids: [101, 102], total_amount: 150.5, ...fields };
}

interface StoredOrder {
  user_id: number;
  item_ids: number[];
  total_amount: string;
  status: string;
}

async function stored(orderId: string): Promise<StoredOrder | undefined> {
  const [row] = await service.psql.rows<StoredOrder>(
    'SELECT user_id, item_ids, total_amount::text, status FROM orders WHERE order_id = $1',
    [orderId],
  );
  return row;
}

const countOrders = () => service.psql.value<number>('SELECT count(*)::integer FROM orders');

function expectAccepted(answer: HttpAnswer, orderId: string): void {
  expect({ status: answer.status, body: answer.body }).toEqual({
    status: 202,
    body: {
      status_code: 202,
      message: `Order successfully processed. Please check status for order id: ${orderId}`,
    },
  });
}

/** The whole answer, word for word, with one error at this path. */
function expectInvalid(answer: HttpAnswer, path: string, message: unknown = expect.any(String)): void {
  expect({ status: answer.status, body: answer.body }).toEqual({
    status: 400,
    body: refusal('validation_failed', 'Validation Error', { errors: [{ path, message }] }),
  });
}

describe('POST /orders', () => {
  test('POST /orders stores a valid order, sends its message, and returns the 202 of the contract', async () => {
    const answer = await service.postRaw(
      '{"order_id": "ORD111", "user_id": 1, "item_ids": [101, 102], "total_amount": 150.50}',
    );

    expectAccepted(answer, 'ORD111');
    expect(answer.headers['content-type']).toBe('application/json');
    expect(await stored('ORD111')).toEqual({
      user_id: 1,
      item_ids: [101, 102],
      total_amount: '150.50',
      status: 'Pending',
    });
    expect(await service.receiveMessages()).toEqual(['{"order_id":"ORD111"}']);
  });

  test('POST /orders returns 400 for an existing id, whatever else the body contains, and changes nothing', async () => {
    await service.post(anOrder({ order_id: 'twice', user_id: 1 }));

    const answer = await service.post(anOrder({ order_id: 'twice', user_id: 2 }));

    expect({ status: answer.status, body: answer.body }).toEqual({
      status: 400,
      body: refusal('order_exists', 'Order with order_id twice already exists.'),
    });
    expect((await stored('twice'))?.user_id).toBe(1);
  });

  test('POST /orders accepts exactly one of 100 simultaneous posts of one id', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) => service.post(anOrder({ order_id: 'race', user_id: n }))),
    );

    const winners = answers.filter(({ status }) => status === 202);
    expect(winners).toHaveLength(1);
    const losers = answers.filter(({ status }) => status !== 202);
    for (const { body } of losers)
      expect(body).toEqual(refusal('order_exists', 'Order with order_id race already exists.'));
    expect((await stored('race'))?.user_id).toBe(answers.findIndex(({ status }) => status === 202));
    expect((await service.receiveMessages()).filter((body) => body.includes('race'))).toHaveLength(1);
  });

  test('POST /orders does not check the Content-Type', async () => {
    const order = anOrder();
    expectAccepted(await service.post(order, { 'content-type': 'text/plain' }), order.order_id);
  });

  test('POST /orders accepts a body in base64', async () => {
    const order = anOrder({ order_id: 'größe-🛒' });
    expectAccepted(await service.postRaw(Buffer.from(JSON.stringify(order))), 'größe-🛒');
    expect(await stored('größe-🛒')).toBeDefined();
  });

  test('POST /orders ignores each of the old statuses: every order starts Pending', async () => {
    for (const status of ['Pending', 'Processing', 'Completed']) {
      const order = anOrder({ status });
      expectAccepted(await service.post(order), order.order_id);
      expect((await stored(order.order_id))?.status).toBe('Pending');
    }
  });
});

describe('what is stored', () => {
  const integers: [string, string, number][] = [
    ['an integer', '5', 5],
    ['a whole float', '2.0', 2],
    ['a whole number with an exponent', '2e3', 2000],
    ['a string of digits', '"5"', 5],
    ['a string with a sign', '"-5"', -5],
    ['a string with leading zeros', '"007"', 7],
    ['zero', '0', 0],
    ['minus zero', '-0.0', 0],
    ['the lowest integer of Postgres', '-2147483648', -2_147_483_648],
    ['the highest integer of Postgres', '2147483647', 2_147_483_647],
    ['the highest as a string', '"2147483647"', 2_147_483_647],
  ];
  for (const [what, json, value] of integers)
    test(`an integer sent as ${what} is stored as ${value}`, async () => {
      const { order_id: id } = anOrder();
      expectAccepted(
        await service.postRaw(`{"order_id":"${id}","user_id":${json},"item_ids":[${json},1],"total_amount":1}`),
        id,
      );
      expect(await stored(id)).toMatchObject({ user_id: value, item_ids: [value, 1] });
    });

  const amounts: [string, string, string][] = [
    ['an integer', '9', '9'],
    ['a float', '9.5', '9.5'],
    ['a numeric string', '"9.5"', '9.5'],
    ['zero', '0', '0'],
    ['minus zero', '-0', '0'],
    ['a number of more digits than a float has', '12345678901.123456789', '12345678901.123456789'],
    ['a string of more digits than a float has', '"12345678901.123456789"', '12345678901.123456789'],
    ['ten cents, which no float is', '0.1', '0.1'],
    ['the number that REAL rounds', '12345.67', '12345.67'],
    ['cents at the upper bound', '999999999999.99', '999999999999.99'],
    ['a hair below the upper bound', '999999999999.999999999999999999', '999999999999.999999999999999999'],
    ['a number with an exponent', '1.5e3', '1500'],
    ['a number with a negative exponent', '15e-3', '0.015'],
    ['a string with an exponent', '"1E2"', '100'],
    ['a string with a sign and spaces', '" +9.50 "', '9.50'],
    ['a float with a zero at the end', '9.50', '9.50'],
    ['nothing but zeros', '0.00', '0.00'],
    ['a point and nothing after it', '"9."', '9'],
    ['a point and nothing before it', '".50"', '0.50'],
    ['a string without an integer part', '".5"', '0.5'],
    ['a string without decimals after its point', '"5."', '5'],
    ['the smallest float there is', '5e-324', `0.${'0'.repeat(323)}5`],
    ['less than any float', '1e-400', `0.${'0'.repeat(399)}1`],
    ['zero with a monstrous exponent', '0e99999', '0'],
  ];
  for (const [what, json, value] of amounts)
    test(`an amount sent as ${what} is stored exactly`, async () => {
      const { order_id: id } = anOrder();
      expectAccepted(
        await service.postRaw(`{"order_id":"${id}","user_id":1,"item_ids":[],"total_amount":${json}}`),
        id,
      );
      expect((await stored(id))?.total_amount).toBe(value);
    });

  test('an order without items and one with 1,000 are stored unchanged', async () => {
    for (const count of [0, 1_000]) {
      const items = Array.from({ length: count }, (_, n) => n);
      const order = anOrder({ item_ids: items });
      expectAccepted(await service.post(order), order.order_id);
      expect((await stored(order.order_id))?.item_ids).toEqual(items);
    }
  });

  const ids: [string, string][] = [
    ['one character', 'x'],
    ['255 characters', 'x'.repeat(255)],
    ['255 characters of two UTF-16 units each', '🛒'.repeat(255)],
    ['a space', ' '],
    ['what SQL would like', `'; DROP TABLE orders; --`],
    ['what JSON must escape', '"\\/'],
    ['backslash sequences', String.raw`\u0000 \x00 \0`],
    ['line separators of JavaScript', 'a\u2028b\u2029c'],
    ['characters of all planes', 'é\u0301 ß 注文 طلب 🛒👩‍👩‍👧 \u{10ffff} \u{1fffe} \ue000 \ufffd'],
    ['a prototype', '__proto__'],
    ['percent signs and slashes', '100%/a?b#c&d=e%00'],
    ['markup', '<script>alert(1)</script>'],
  ];
  for (const [what, orderId] of ids)
    test(`an order_id of ${what} is stored, returned, found and sent unchanged`, async () => {
      expectAccepted(await service.post(anOrder({ order_id: orderId })), orderId);
      expect(await stored(orderId)).toBeDefined();
      expect((await service.getOrder(orderId)).body.order_id).toBe(orderId);
      const messages = await service.receiveMessages();
      expect(messages.map((body) => JSON.parse(body))).toContainEqual({ order_id: orderId });
      expect((await service.post(anOrder({ order_id: orderId }))).body.message).toBe(
        `Order with order_id ${orderId} already exists.`,
      );
    });
});

describe('what is refused with 400, and names the field', () => {
  const ID_RULE =
    'must have 1 to 255 characters, none of them control characters or lone surrogates, and must not be "." or ".."';
  const INTEGER_RULE = 'must be a whole number from -2147483648 to 2147483647';
  const AMOUNT_RULE = 'must be a finite number, at least 0 and less than 1e12, with at most 1000 decimals';
  const STATUS_RULE = 'must be one of Pending, Processing, Completed';

  /** Field, its JSON text (undefined: left out), path and message of the one error. */
  const refusals: [string, string | undefined, string, string][] = [
    ['order_id', undefined, 'order_id', 'must be a string'],
    ['order_id', 'null', 'order_id', 'must be a string'],
    ['order_id', '7', 'order_id', 'must be a string'],
    ['order_id', 'true', 'order_id', 'must be a string'],
    ['order_id', '["a"]', 'order_id', 'must be a string'],
    ['order_id', '{"a":"b"}', 'order_id', 'must be a string'],
    ['order_id', '""', 'order_id', ID_RULE],
    ['order_id', '"."', 'order_id', ID_RULE],
    ['order_id', '".."', 'order_id', ID_RULE],
    ['order_id', JSON.stringify('x'.repeat(256)), 'order_id', ID_RULE],
    ['order_id', JSON.stringify('🛒'.repeat(256)), 'order_id', ID_RULE],
    ['order_id', String.raw`"a\u0000b"`, 'order_id', ID_RULE],
    ['order_id', String.raw`"\n"`, 'order_id', ID_RULE],
    ['order_id', String.raw`"a\u001fb"`, 'order_id', ID_RULE],
    ['order_id', String.raw`"a\u007fb"`, 'order_id', ID_RULE],
    ['order_id', String.raw`"a\u0085b"`, 'order_id', ID_RULE],
    ['order_id', String.raw`"a\u009fb"`, 'order_id', ID_RULE],
    ['order_id', String.raw`"a\ufffe"`, 'order_id', ID_RULE],
    ['order_id', String.raw`"a\uffff"`, 'order_id', ID_RULE],
    ['order_id', String.raw`"\ud800"`, 'order_id', ID_RULE],
    ['order_id', String.raw`"\udc00"`, 'order_id', ID_RULE],
    ['order_id', String.raw`"\udc00\ud800"`, 'order_id', ID_RULE],

    ['user_id', undefined, 'user_id', INTEGER_RULE],
    ['user_id', 'null', 'user_id', INTEGER_RULE],
    ['user_id', 'true', 'user_id', INTEGER_RULE],
    ['user_id', 'false', 'user_id', INTEGER_RULE],
    ['user_id', '""', 'user_id', INTEGER_RULE],
    ['user_id', '" "', 'user_id', INTEGER_RULE],
    ['user_id', '"five"', 'user_id', INTEGER_RULE],
    ['user_id', '"0x10"', 'user_id', INTEGER_RULE],
    ['user_id', '"1e3"', 'user_id', INTEGER_RULE],
    ['user_id', '"1_000"', 'user_id', INTEGER_RULE],
    ['user_id', '"٣"', 'user_id', INTEGER_RULE],
    ['user_id', '"2.5"', 'user_id', INTEGER_RULE],
    ['user_id', '"NaN"', 'user_id', INTEGER_RULE],
    ['user_id', '2.5', 'user_id', INTEGER_RULE],
    ['user_id', '0.1', 'user_id', INTEGER_RULE],
    ['user_id', '2147483648', 'user_id', INTEGER_RULE],
    ['user_id', '-2147483649', 'user_id', INTEGER_RULE],
    ['user_id', '"2147483648"', 'user_id', INTEGER_RULE],
    ['user_id', '9007199254740993', 'user_id', INTEGER_RULE],
    ['user_id', '"9007199254740993"', 'user_id', INTEGER_RULE],
    ['user_id', '1e400', 'user_id', INTEGER_RULE],
    ['user_id', '-1e400', 'user_id', INTEGER_RULE],
    ['user_id', `"${'9'.repeat(10_000)}"`, 'user_id', INTEGER_RULE],
    ['user_id', '[1]', 'user_id', INTEGER_RULE],
    ['user_id', '{}', 'user_id', INTEGER_RULE],

    ['item_ids', undefined, 'item_ids', 'must be a list of whole numbers'],
    ['item_ids', 'null', 'item_ids', 'must be a list of whole numbers'],
    ['item_ids', '1', 'item_ids', 'must be a list of whole numbers'],
    ['item_ids', '"1,2"', 'item_ids', 'must be a list of whole numbers'],
    ['item_ids', '{"0":1,"length":1}', 'item_ids', 'must be a list of whole numbers'],
    ['item_ids', '[1,null]', 'item_ids.1', INTEGER_RULE],
    ['item_ids', '[true]', 'item_ids.0', INTEGER_RULE],
    ['item_ids', '[1,2,3.5]', 'item_ids.2', INTEGER_RULE],
    ['item_ids', '["x"]', 'item_ids.0', INTEGER_RULE],
    ['item_ids', '[[1]]', 'item_ids.0', INTEGER_RULE],
    ['item_ids', '[2147483648]', 'item_ids.0', INTEGER_RULE],
    ['item_ids', JSON.stringify(Array(1_001).fill(1)), 'item_ids', 'must have at most 1000 items'],
    ['item_ids', JSON.stringify(Array(100_000).fill(1)), 'item_ids', 'must have at most 1000 items'],

    ['total_amount', undefined, 'total_amount', 'must be a number'],
    ['total_amount', 'null', 'total_amount', 'must be a number'],
    ['total_amount', 'true', 'total_amount', 'must be a number'],
    ['total_amount', '[]', 'total_amount', 'must be a number'],
    ['total_amount', '{}', 'total_amount', 'must be a number'],
    ['total_amount', '""', 'total_amount', AMOUNT_RULE],
    ['total_amount', '" "', 'total_amount', AMOUNT_RULE],
    ['total_amount', '"."', 'total_amount', AMOUNT_RULE],
    ['total_amount', '"much"', 'total_amount', AMOUNT_RULE],
    ['total_amount', '"9,50"', 'total_amount', AMOUNT_RULE],
    ['total_amount', '"1 000"', 'total_amount', AMOUNT_RULE],
    ['total_amount', '"0x1F"', 'total_amount', AMOUNT_RULE],
    ['total_amount', '"$5"', 'total_amount', AMOUNT_RULE],
    ['total_amount', '"NaN"', 'total_amount', AMOUNT_RULE],
    ['total_amount', '"nan"', 'total_amount', AMOUNT_RULE],
    ['total_amount', '"Infinity"', 'total_amount', AMOUNT_RULE],
    ['total_amount', '"-inf"', 'total_amount', AMOUNT_RULE],
    ['total_amount', '-0.01', 'total_amount', AMOUNT_RULE],
    ['total_amount', '"-1"', 'total_amount', AMOUNT_RULE],
    ['total_amount', '-1e-400', 'total_amount', AMOUNT_RULE],
    ['total_amount', '1e12', 'total_amount', AMOUNT_RULE],
    ['total_amount', '1000000000000.0', 'total_amount', AMOUNT_RULE],
    ['total_amount', '1e400', 'total_amount', AMOUNT_RULE],
    ['total_amount', '"1e400"', 'total_amount', AMOUNT_RULE],
    ['total_amount', '1e-1001', 'total_amount', AMOUNT_RULE],
    ['total_amount', '1e-999999', 'total_amount', AMOUNT_RULE],
    ['total_amount', '1e999999999999', 'total_amount', AMOUNT_RULE],
    ['total_amount', '"1e-999999999999"', 'total_amount', AMOUNT_RULE],
    ['total_amount', `"${'1'.repeat(200_000)}"`, 'total_amount', AMOUNT_RULE],
    ['total_amount', `0.${'1'.repeat(200_000)}`, 'total_amount', AMOUNT_RULE],

    ['status', 'null', 'status', STATUS_RULE],
    ['status', '"Failed"', 'status', STATUS_RULE],
    ['status', '"Cancelled"', 'status', STATUS_RULE],
    ['status', '"pending"', 'status', STATUS_RULE],
    ['status', '""', 'status', STATUS_RULE],
    ['status', '1', 'status', STATUS_RULE],

    ['extra', '1', 'extra', 'is not a known field'],
    ['orderId', '"a"', 'orderId', 'is not a known field'],
    ['Order_id', '"a"', 'Order_id', 'is not a known field'],
    ['token', '7', 'token', 'is not a known field'],
    ['owner', '"me"', 'owner', 'is not a known field'],
    ['__proto__', '{"user_id":1}', '__proto__', 'is not a known field'],
    ['__proto__', 'null', '__proto__', 'is not a known field'],
    ['constructor', '{"prototype":{}}', 'constructor', 'is not a known field'],
    ['toString', '1', 'toString', 'is not a known field'],
    ['hasOwnProperty', '1', 'hasOwnProperty', 'is not a known field'],
    ['', '1', '', 'is not a known field'],
  ];
  for (const [field, json, path, message] of refusals) {
    const shown = json === undefined ? 'left out' : json.length > 60 ? `${json.slice(0, 40)}… (${json.length})` : json;
    test(`${field || '(an empty name)'}: ${shown}`, async () => {
      const before = await countOrders();
      const { [field as 'order_id']: _, ...rest } = anOrder();
      const given = json === undefined ? '' : `,${JSON.stringify(field)}:${json}`;

      expectInvalid(await service.postRaw(`${JSON.stringify(rest).slice(0, -1)}${given}}`), path, message);
      expect(await countOrders()).toBe(before);
    });
  }

  test('POST /orders lists every invalid field', async () => {
    const answer = await service.post({ order_id: '', user_id: 'x', item_ids: [1, 'y', 2.5], more: 1 });

    expect(answer.status).toBe(400);
    expect((answer.body.errors as { path: string }[]).map(({ path }) => path).sort()).toEqual([
      'item_ids.1',
      'item_ids.2',
      'more',
      'order_id',
      'total_amount',
      'user_id',
    ]);
  });

  test('POST /orders lists at most 20 errors, in a small response', async () => {
    const answer = await service.post(anOrder({ item_ids: Array.from({ length: 1_000 }, () => 'x') }));
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toHaveLength(20);
  });

  test('the valid order from which the invalid ones are derived is accepted', async () => {
    const order = anOrder();
    expectAccepted(await service.post(order), order.order_id);
  });
});
