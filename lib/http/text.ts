import { z } from 'zod';

/** Text that Postgres can hold, of 1 to so many characters. */
export const text = (max: number) =>
  z
    .string('must be a string')
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    .refine((value) => value.isWellFormed() && !value.includes('\0'), 'must not have NUL or lone surrogates')
    // What the OpenAPI document says of it.
    .meta({ pattern: '^[^\\u0000]*$' });
