import { expect, test } from '@jest/globals';
import { demandDocumented, routeKeyAt } from '../support/documented.ts';
import { refusedItem } from '../support/refusal.ts';

const ROUTE = 'POST /api/v1/orders';
const JSON_TYPE = { 'content-type': 'application/json' };
const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  status,
  headers: { ...JSON_TYPE, ...headers },
  text: JSON.stringify(body),
});

const ACCEPTED = { status_code: 202, message: 'Order successfully processed.' };

test('a response that matches its documentation passes', () => {
  demandDocumented(ROUTE, answer(202, ACCEPTED));
  demandDocumented(ROUTE, answer(202, ACCEPTED, { 'idempotency-replayed': 'true' }));
  demandDocumented(ROUTE, answer(503, refusedItem('unavailable', 'Later.'), { 'retry-after': '2' }));
});

const undocumented: [string, ReturnType<typeof answer>, RegExp][] = [
  ['a status', answer(418, ACCEPTED), /only 202, 400, .* are documented/],
  ['a body of another type', answer(202, { ...ACCEPTED, status_code: '202' }), /\/status_code must be equal/],
  ['a missing field', answer(202, { status_code: 202 }), /must have required property 'message'/],
  ['a further field', answer(202, { ...ACCEPTED, more: 1 }), /must NOT have additional properties .*more/],
  [
    'a further field deep inside',
    answer(400, refusedItem('validation_failed', 'No', { errors: [{ path: '', message: '', more: 1 }] })),
    /\/errors\/0 must NOT have additional properties/,
  ],
  ['a missing header', answer(503, refusedItem('unavailable', 'Later.')), /Retry-After is missing/],
  ['a wrong header', answer(503, ACCEPTED, { 'retry-after': 'soon' }), /Retry-After it must be integer/],
  ['another type of content', answer(202, ACCEPTED, { 'content-type': 'text/html' }), /content-type is text\/html/],
];
for (const [what, sent, problem] of undocumented)
  test(`a response with ${what} fails the documentation check`, () => {
    expect(() => demandDocumented(ROUTE, sent)).toThrow(problem);
  });

test('an undocumented API route fails the documentation check, and a page is not checked', () => {
  expect(() => demandDocumented('GET /api/v1/secrets', answer(200, {}))).toThrow('has no GET /api/v1/secrets');
  demandDocumented('GET /docs', answer(200, {}));
});

test('the route of a request to a running stack is derived from its path', () => {
  const at = (method: string, path: string) => routeKeyAt(method, `http://localhost:8000/api/v1${path}`);
  expect(at('POST', '/orders')).toBe('POST /api/v1/orders');
  expect(at('POST', '/orders/batch')).toBe('POST /api/v1/orders/batch');
  expect(at('GET', '/orders/batch?x=1')).toBe('GET /api/v1/orders/{order_id}');
  expect(at('GET', '/orders/a%2Fb/history')).toBe('GET /api/v1/orders/{order_id}/history');
  expect(at('GET', '/nowhere')).toBeUndefined();
});
