import { expect } from '@jest/globals';
import { ERROR_CODES, type ErrorCode } from '../../lib/http/error-codes.ts';

/** The body of an error response, to compare a whole body with. */
export function refusal(code: ErrorCode, message: unknown, details: object = {}): object {
  return { ...refusedItem(code, message, details), request_id: expect.any(String) };
}

/** The result of a refused item of a batch. */
export function refusedItem(code: ErrorCode, message: unknown, details: object = {}): object {
  return { status_code: ERROR_CODES[code].status, code, message, ...details };
}
