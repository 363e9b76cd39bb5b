/** An error response, or no response. The message is for the user. */
export class ApiError extends Error {
  /** @param {number} status 0 if there was no response. @param {string} message @param {any} [body] as the API sent it. */
  constructor(status, message, body) {
    super(message);
    this.status = status;
    this.body = body;
  }

  /** The invalid fields. @returns {FieldError[]} */
  get fields() {
    const errors = this.body?.errors;
    return Array.isArray(errors) ? errors : [];
  }
}

/** For a `catch`: null for these statuses of the API. @param {...number} statuses */
export function noneIf(...statuses) {
  return (/** @type {unknown} */ error) => {
    if (error instanceof ApiError && statuses.includes(error.status)) return null;
    throw error;
  };
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
