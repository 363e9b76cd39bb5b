import { DatabaseError } from '../errors.ts';

/**
 * A bigint in the form that every driver returns. The values are counts and tokens: a value beyond 2^53 is a defect and
 * must not be rounded silently.
 * @throws DatabaseError
 */
export function parseBigint(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new DatabaseError(`bigint ${text} does not fit a number`, 'defect');
}
