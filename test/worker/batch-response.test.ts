import { describe, expect, test } from '@jest/globals';
import { readBatchResponse } from '../../infra/local/lambda/batch-response.ts';

const delivered = new Set(['a', 'b', 'c']);

describe('the response of a function that reports batch item failures', () => {
  test.each(['null', '{}', '{"batchItemFailures":null}', '{"batchItemFailures":[]}', '{"statusCode":200}'])(
    'a batch response says that all messages succeeded: %s',
    (answer) => expect(readBatchResponse(answer, delivered)).toEqual({ failed: new Set() }),
  );

  test('a batch response says which messages failed', () => {
    const answer = '{"batchItemFailures":[{"itemIdentifier":"c"},{"itemIdentifier":"a"},{"itemIdentifier":"c"}]}';
    expect(readBatchResponse(answer, delivered)).toEqual({ failed: new Set(['a', 'c']) });
  });

  test.each([
    'not JSON',
    '',
    '"a"',
    '7',
    'true',
    '["a"]',
    '{"batchItemFailures":"a"}',
    '{"batchItemFailures":{"itemIdentifier":"a"}}',
    '{"batchItemFailures":false}',
    '{"batchItemFailures":["a"]}',
    '{"batchItemFailures":[null]}',
    '{"batchItemFailures":[{}]}',
    '{"batchItemFailures":[{"itemIdentifier":""}]}',
    '{"batchItemFailures":[{"itemIdentifier":null}]}',
    '{"batchItemFailures":[{"itemIdentifier":7}]}',
    '{"batchItemFailures":[{"messageId":"a"}]}',
    '{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"not in the batch"}]}',
  ])('a malformed batch response fails the whole batch: %s', (answer) => {
    const result = readBatchResponse(answer, delivered);
    expect(result.failed).toEqual(delivered);
    expect(result.malformed).toBeTruthy();
  });
});
