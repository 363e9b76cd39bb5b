import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hashOf, looksLikeApiKey, makeApiKey } from '../../lib/auth/api-key.ts';

const CHARACTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

describe('an API key', () => {
  test('an API key matches the expression for secret scanners', () => {
    expect(`export KEY="${makeApiKey()}";`).toMatch(/\bob_[0-9A-Za-z]{49}\b/);
  });

  test('an API key uses all of its 256 random bits', () => {
    const secrets = Array.from({ length: 2_000 }, () => makeApiKey().slice(3, 46));

    expect(new Set(secrets).size).toBe(2_000);
    // 62^43 is a little more than 2^256: the first character is any of 61, each of the others any of 62.
    for (const place of [1, 20, 42]) expect(new Set(secrets.map((secret) => secret[place])).size).toBe(62);
    expect(new Set(secrets.map((secret) => secret[0])).size).toBeGreaterThan(55);
  });

  test('a generated API key is recognized', () => {
    for (let n = 0; n < 1_000; n += 1) expect(looksLikeApiKey(makeApiKey())).toBe(true);
  });

  test('an API key with a mistyped character or two swapped characters is rejected', () => {
    const place = fc.integer({ min: 3, max: 51 });
    fc.assert(
      fc.property(place, place, fc.constantFrom(...CHARACTERS), (at, other, character) => {
        const key = makeApiKey();
        const mistyped = key.slice(0, at) + character + key.slice(at + 1);
        const swapped = [...key].map((each, n) => (n === at ? key[other] : n === other ? key[at] : each)).join('');
        expect(looksLikeApiKey(mistyped)).toBe(mistyped === key);
        expect(looksLikeApiKey(swapped)).toBe(swapped === key);
      }),
      { seed: 23 },
    );
  });

  const others: [string, string][] = [
    ['nothing', ''],
    ['the prefix alone', 'ob_'],
    ['a key without its last character', makeApiKey().slice(0, -1)],
    ['a key with a line break after it', `${makeApiKey()}\n`],
    ['a key with something before it', `x${makeApiKey()}`],
    ['a key in capitals', makeApiKey().toUpperCase()],
    ['characters that are none of base62', `ob_${'-'.repeat(49)}`],
  ];
  test.each(others)('%s is not an API key', (_, text) => {
    expect(looksLikeApiKey(text)).toBe(false);
  });

  test('an API key is stored as its SHA-256', () => {
    const key = makeApiKey();
    expect(hashOf(key)).toBe(createHash('sha256').update(key, 'ascii').digest('hex'));
  });
});
