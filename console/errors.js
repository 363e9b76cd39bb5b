/** An answer other than success, or none at all. The message is in plain words, for whoever looks at the console. */
export class ApiError extends Error {
  /** @param {number} status 0 when nothing answered. @param {string} message @param {any} [body] as the API sent it. */
  constructor(status, message, body) {
    super(message);
    this.status = status;
    this.body = body;
  }

  /** What is wrong, and where. @returns {FieldError[]} */
  get fields() {
    return Array.isArray(this.body?.errors) ? this.body.errors : [];
  }
}

/** All that an error says, a line each. @param {unknown} error */
export function linesOf(error) {
  const fields = error instanceof ApiError ? error.fields : [];
  return [error instanceof Error ? error.message : String(error), ...fields.map(lineOf)];
}

/** @param {FieldError} error */
export function lineOf({ path, message }) {
  return `${path || 'The body'} ${message}`;
}
