/** An error response, or no response at all. The message is in plain words, for the user of the console. */
export class ApiError extends Error {
  /** @param {number} status 0 if there was no response. @param {string} message @param {any} [body] as the API sent it. */
  constructor(status, message, body) {
    super(message);
    this.status = status;
    this.body = body;
  }

  /** The invalid fields. @returns {FieldError[]} */
  get fields() {
    return Array.isArray(this.body?.errors) ? this.body.errors : [];
  }
}

/** One line per field. @param {unknown} error */
export function linesOf(error) {
  const fields = error instanceof ApiError ? error.fields : [];
  return [error instanceof Error ? error.message : String(error), ...fields.map(lineOf)];
}

/** @param {FieldError} error */
export function lineOf({ path, message }) {
  return `${path || 'The body'} ${message}`;
}
