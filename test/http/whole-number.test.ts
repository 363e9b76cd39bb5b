import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { wholeNumber } from '../../lib/http/whole-number.ts';

const anyOf = (lowest: number, highest: number) => ({
  schema: wholeNumber(lowest, highest),
  values: fc.integer({ min: lowest, max: highest }),
});

describe.each([anyOf(1, 100), anyOf(-(2 ** 31), 2 ** 31 - 1), anyOf(1, Number.MAX_SAFE_INTEGER)])(
  'a whole number in a query',
  ({ schema, values }) => {
    test('a query accepts every whole number within its documented bounds, with and without decimals of 0', () => {
      fc.assert(
        fc.property(values, (value) => {
          expect(schema.parse(String(value))).toBe(value);
          expect(schema.parse(`${value}.0`)).toBe(value);
        }),
        { seed: 24 },
      );
    });

    test('a query refuses what is not a whole number within its documented bounds', () => {
      for (const text of ['', ' 1', '1e1', '0x1', '1.5', 'one', '9007199254740992', '99999999999999999999'])
        expect(schema.safeParse(text).success).toBe(false);
    });
  },
);
