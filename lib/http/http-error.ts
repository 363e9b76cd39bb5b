export interface FieldError {
  /** Where in the body, `item_ids.3`; '' for the body itself. */
  readonly path: string;
  readonly message: string;
}

/** An answer other than success, thrown from wherever it becomes clear. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[] | undefined;

  constructor(
    statusCode: number,
    message: string,
    details: { errors?: readonly FieldError[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.statusCode = statusCode;
    this.errors = details.errors;
    this.headers = details.headers ?? {};
  }
}

/** Errors that one response names at most: enough to fix a form; a hostile request must not get a response many times its size. */
const MAX_ERRORS = 20;

/** 400 in the words that clients compare. */
export function validationError(errors: readonly FieldError[]): HttpError {
  return new HttpError(400, 'Validation Error', { errors: errors.slice(0, MAX_ERRORS) });
}

/** 400 for text that only a database in another encoding than UTF-8 cannot store. */
export function untranslatable(): HttpError {
  return validationError([{ path: '', message: 'has a character that the encoding of the database cannot store' }]);
}
