import { z } from 'zod';

/** Text that Postgres can hold, of 1 to so many characters. */
export const text = (max: number) =>
  z
    .string('must be a string')
    .min(1, 'must not be empty')
    // Characters, as JSON Schema and Postgres count them, not UTF-16 units.
    .refine((value) => [...value].length <= max, `must have at most ${max} characters`)
    .refine((value) => value.isWellFormed() && !value.includes('\0'), 'must not have NUL or lone surrogates')
    // What the OpenAPI document says of it.
    .meta({ maxLength: max, pattern: '^[^\\u0000]*$' });
