import { expect } from '@jest/globals';
import { ERROR_CODES, type ErrorCode } from '../../lib/http/error-codes.ts';

/** The body of an error response, for comparison with a whole body. */
export function refusal(code: ErrorCode, message: unknown, details: object = {}): object {
  return { ...refusedItem(code, message, details), request_id: expect.any(String) };
}

/** The result of a rejected item of a batch. */
export function refusedItem(code: ErrorCode, message: unknown, details: object = {}): object {
  return { status_code: ERROR_CODES[code].status, code, message, ...details };
}
