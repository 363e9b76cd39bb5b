import Big from 'big.js';
import * as z from 'zod';
import { ExactNumber } from './read-json.ts';

/** Exclusive. */
const MAX_AMOUNT = 1e12;
/** The longest text of an amount. Because of exponents, a short text can represent a long number, so the decimals have a limit too. */
const MAX_TEXT = 1_000;

/** The exact decimal text of an amount, including trailing zeros (9.50), or undefined if it is not an amount. */
function toAmount(text: string, maxDecimals: number): string | undefined {
  const digits = text.trim().replace(/^\+/, '');
  if (digits.length > MAX_TEXT || !/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,6})?$/i.test(digits)) return undefined;
  const amount = new Big(digits.replace(/\.(?=$|e)/i, ''));
  if (amount.lt(0) || amount.gte(MAX_AMOUNT) || amount.c.length - amount.e - 1 > maxDecimals) return undefined;
  const writtenDecimals = /^[^e]*\.(\d*)$/i.exec(digits)?.[1]?.length;
  if (writtenDecimals !== undefined && writtenDecimals > maxDecimals) return undefined;
  return amount.abs().toFixed(writtenDecimals);
}

/** An amount of money. Clients send it as a JSON number, whose digits readJson keeps, or as a numeric string. */
export const amount = (
  maxDecimals: number,
  documentation: { readonly description: string; readonly examples: unknown[] },
) =>
  z
    .unknown()
    .meta({
      ...documentation,
      type: ['number', 'string'],
      minimum: 0,
      exclusiveMaximum: MAX_AMOUNT,
      // The documented pattern of strings; the code also accepts exponents.
      pattern: `^[0-9]{1,12}(\\.[0-9]{1,${Math.min(maxDecimals, 100)}})?$`,
    })
    .transform((value, context) => {
      const text = value instanceof ExactNumber ? value.text : value;
      const exact = typeof text === 'string' ? toAmount(text, maxDecimals) : undefined;
      if (exact !== undefined) return exact;
      context.addIssue(
        typeof text === 'string'
          ? `must be a finite number, at least 0 and less than 1e12, with at most ${maxDecimals} decimals`
          : 'must be a number',
      );
      return z.NEVER;
    });
