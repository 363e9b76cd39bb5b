import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { apiPart } from '../../infra/local/stack/parts.ts';
import { fetchDocumented } from '../support/documented.ts';
import { anOrder, FaultLab, LabApi } from './stack/lab.ts';

let lab: FaultLab;
let api: LabApi;

beforeAll(async () => {
  lab = await FaultLab.open();
  // Serverless Offline itself, because it changes requests before the functions get them.
  const { settings, env } = lab.stack;
  api = lab.adopt(new LabApi(apiPart(settings, { ...env, NODE_OPTIONS: '' }), settings.apiPort));
  await api.start();
});
afterAll(() => lab.close());

const { order_id: orderId, ...others } = anOrder();

/** The JSON text of an order, with the given JSON texts for some of its fields. */
function bodyWith(fields: Readonly<Record<string, string>>): string {
  const all = { order_id: JSON.stringify(orderId), ...mapJson(others), ...fields };
  return `{${Object.entries(all).map(([name, json]) => `"${name}":${json}`)}}`;
}

function mapJson(values: object): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]));
}

describe('20: 400 or 413, and nothing stored, for', () => {
  const nested = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;

  test.each<[string, string | Uint8Array<ArrayBuffer>, number]>([
    ['NUL in the id', bodyWith({ order_id: '"a\\u0000b"' }), 400],
    ['a raw NUL in the body', bodyWith({ order_id: '"a\0b"' }), 400],
    ['a lone high surrogate', bodyWith({ order_id: '"a\\ud800b"' }), 400],
    ['a lone low surrogate', bodyWith({ order_id: '"a\\udc00b"' }), 400],
    ['bytes that are not UTF-8', Buffer.from(bodyWith({ order_id: '"\u00ff"' }), 'latin1'), 400],
    ['1e400', bodyWith({ total_amount: '1e400' }), 400],
    ['"1e400"', bodyWith({ total_amount: '"1e400"' }), 400],
    ['NaN', bodyWith({ total_amount: 'NaN' }), 400],
    ['"NaN", which Postgres would take', bodyWith({ total_amount: '"NaN"' }), 400],
    ['"Infinity", which Postgres would take', bodyWith({ total_amount: '"Infinity"' }), 400],
    ['2^53+1', bodyWith({ user_id: '9007199254740993' }), 400],
    ['2^53+1 in the items', bodyWith({ item_ids: '[9007199254740993]' }), 400],
    ['__proto__', bodyWith({ ['__proto__']: '{"order_id":"x"}' }), 400],
    ['constructor', bodyWith({ constructor: '{"prototype":{}}' }), 400],
    ['5,000 levels of nesting', bodyWith({ item_ids: nested }), 400],
    ['nothing but 5,000 levels of nesting', nested, 400],
    ['100,000 items', bodyWith({ item_ids: `[${Array.from({ length: 100_000 }, () => 1)}]` }), 400],
    ['more than 256 KiB', bodyWith({ order_id: JSON.stringify('x'.repeat(300_000)) }), 413],
    ['half a JSON', bodyWith({}).slice(0, -5), 400],
    ['no body', '', 400],
  ])('%s', async (_, body, status) => {
    const answer = await fetchDocumented(`${api.url}/orders`, { method: 'POST', body });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ status_code: status });
    expect(await lab.value('SELECT count(*)::integer FROM orders')).toBe(0);
  });

  test('a valid order after all bad inputs is accepted', async () => {
    expect((await fetchDocumented(`${api.url}/orders`, { method: 'POST', body: bodyWith({}) })).status).toBe(202);
  });
});
