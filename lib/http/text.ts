import * as z from 'zod';
import { isStorable } from '../order-key.ts';

/** Text that Postgres can store, of 1 to `max` characters. */
export const text = (max: number) =>
  z
    .string('must be a string')
    .min(1, 'must not be empty')
    // Characters, as JSON Schema and Postgres count them, not UTF-16 units.
    .refine((value) => [...value].length <= max, `must have at most ${max} characters`)
    .refine((value) => isStorable(value), 'must not contain NUL or lone surrogates')
    // For the OpenAPI document.
    .meta({ maxLength: max, pattern: '^[^\\u0000]*$' });
