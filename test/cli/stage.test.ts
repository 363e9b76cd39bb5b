import { describe, expect, test } from '@jest/globals';
import { ask, connectStage } from '../../cli/api/stage.ts';

describe('the address of the API', () => {
  test.each(['http://ann:secret@127.0.0.1:8000/api/v1', 'ann:secret@orders.example', 'https://:secret@orders.example'])(
    'an address with credentials is rejected, and not printed: %s',
    (url) => {
      expect(() => connectStage({ url }, {})).toThrow(
        'The URL of the API must not contain a user name or a password. If the API requires a key, set ORDERS_API_KEY.',
      );
    },
  );

  test('an address whose port fetch refuses is named with that reason', async () => {
    const stage = connectStage({ url: 'http://127.0.0.1:6000/api/v1' }, {});
    await expect(ask(stage, stage.client.GET('/metrics'))).rejects.toThrow(
      'No response from http://127.0.0.1:6000/api/v1 (bad port).',
    );
  });
});

test.each(['ob_secret\n', 'ob_secret and more', 'ob_schlüssel', 'ob_€'])(
  'a key with characters that no key has is rejected, and not printed: %j',
  (ORDERS_API_KEY) => {
    expect(() => connectStage({ url: 'http://127.0.0.1:8000/api/v1' }, { ORDERS_API_KEY })).toThrow(
      /^An API key consists of visible ASCII characters, and this one has others\.$/,
    );
  },
);
