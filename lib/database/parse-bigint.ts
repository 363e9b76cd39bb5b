import { DatabaseError } from './database-error.ts';

/**
 * A bigint as every driver reads it. Ours are counts and tokens: one past 2^53 is a defect, and must not be rounded in
 * silence.
 * @throws DatabaseError
 */
export function parseBigint(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new DatabaseError(`bigint ${text} does not fit a number`, 'defect', undefined, undefined);
}
