import { ERROR_CODES, type ErrorCode } from './error-codes.ts';

export interface FieldError {
  /** The path of the field in the body, such as `item_ids.3`; '' for the body itself. */
  readonly path: string;
  readonly message: string;
}

/** An error response. Code below the handler throws it. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: ErrorCode;
  readonly headers: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[] | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    details: { errors?: readonly FieldError[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.code = code;
    this.errors = details.errors;
    this.headers = details.headers ?? {};
  }

  get statusCode(): number {
    return ERROR_CODES[this.code].status;
  }
}

/** The most errors in one response: enough to fix a form, while a hostile request cannot cause a response many times its size. */
const MAX_ERRORS = 20;

/** 400 with the message that clients compare. */
export function validationError(errors: readonly FieldError[]): HttpError {
  return new HttpError('validation_failed', 'Validation Error', { errors: errors.slice(0, MAX_ERRORS) });
}

/** 400 for text that the database cannot store because its encoding is not UTF-8. */
export function untranslatable(): HttpError {
  return validationError([
    { path: '', message: 'contains a character that the encoding of the database cannot store' },
  ]);
}

/** Seconds. After a restart, a database, queue or token issuer is back in about this time. */
export const RETRY_AFTER_SECONDS = 2;

/** 503 for a database or a token issuer that does not reply. */
export function unavailable(): HttpError {
  return new HttpError('unavailable', 'Service temporarily unavailable. Retry the request.', {
    headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
  });
}
