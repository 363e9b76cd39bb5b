import { expect, test } from '@jest/globals';
import { DOCUMENT, type JsonObject } from '../support/documented.ts';
import { objectsIn, undescribed } from '../support/walk-document.ts';

test('every operation, parameter, response, header, schema and field of the OpenAPI document has a description', () => {
  expect(undescribed(DOCUMENT)).toEqual([]);
});

const PLACES = [
  'paths /orders post',
  'paths /orders get parameters 0',
  'paths /orders post responses 422',
  'paths /orders post responses 202 headers Idempotency-Replayed',
  'components responses Unavailable headers Retry-After',
  'components schemas Order',
  'components schemas Metrics properties data properties window properties per_minute items properties minute',
];
test.each(PLACES)('a description that is missing at %s is reported', (place) => {
  const document = structuredClone(DOCUMENT);
  const [, object] = [...objectsIn(document)].find(([found]) => found === place) ?? [];
  delete (object as { description?: unknown }).description;
  expect(undescribed(document)).toContain(place);
});

test('no schema of a body and no response occurs twice in the OpenAPI document', () => {
  const texts = [...objectsIn(DOCUMENT.paths)]
    .filter(([place, object]) => / (responses \d+|schema)$/.test(place) && !('$ref' in object))
    .filter(([place]) => !/ (parameters|headers) /.test(place))
    .map(([, object]) => JSON.stringify(object));
  expect(texts.filter((text, index) => texts.indexOf(text) !== index)).toEqual([]);
  expect(texts.filter((text) => text.includes('"properties"'))).toEqual([]);
});

test('operation ids never change, because generators name the methods of clients after them', () => {
  const ids = Object.values(DOCUMENT.paths).flatMap((path) =>
    Object.values(path).map((operation) => (operation as unknown as JsonObject).operationId),
  );
  expect(ids).toEqual([
    ...['createOrder', 'listOrders', 'createOrders'],
    ...['getOrder', 'amendOrder', 'getOrderHistory', 'cancelOrder', 'redriveOrder', 'signalOrder'],
    ...[
      'getOrderByQuery',
      'amendOrderByQuery',
      'getOrderHistoryByQuery',
      'cancelOrderByQuery',
      'redriveOrderByQuery',
      'signalOrderByQuery',
    ],
    ...[
      'receiveCallback',
      'redriveOrders',
      'cancelOrders',
      'listFailures',
      'listDeadLetters',
      'resendDeadLetters',
      'deleteDeadLetters',
      'listAudit',
    ],
    ...['getProcessing', 'pauseProcessing', 'resumeProcessing', 'getMetrics', 'getHealth'],
  ]);
});

test('every whole number that a request may carry outside its body has both bounds in the OpenAPI document', () => {
  const numbers = [...objectsIn(DOCUMENT.paths)].filter(
    ([place, object]) => / parameters \d+ schema$/.test(place) && object.type === 'integer',
  );
  expect(numbers.length).toBeGreaterThan(0);
  expect(
    numbers
      .filter(([, object]) => object.minimum === undefined || object.maximum === undefined)
      .map(([place]) => place),
  ).toEqual([]);
});
