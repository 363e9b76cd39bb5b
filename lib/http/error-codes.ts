/** One way in which a request is refused. Its name is the `code` of the response: it never changes, and programs compare it. */
interface Refusal {
  readonly status: number;
  /** When the service returns it. */
  readonly when: string;
  /** What the client should do. */
  readonly remedy: string;
}

/** Every `code` of an error response. docs/errors.md and the OpenAPI document are generated from this table. */
export const ERROR_CODES = {
  validation_failed: {
    status: 400,
    when: 'The body, a parameter or a header is invalid. `errors` lists each invalid field.',
    remedy: 'Correct the request. Retrying the same request returns the same response.',
  },
  order_exists: {
    status: 400,
    when: 'An order of yours with this id exists, or existed and was deleted.',
    remedy:
      'After a request whose response was lost, read the order: it may be the one that you sent. Otherwise choose another id.',
  },
  unauthenticated: {
    status: 401,
    when: 'The credential is missing, invalid, expired or revoked.',
    remedy: 'Send a valid credential as `Authorization: Bearer …`.',
  },
  forbidden: {
    status: 403,
    when: 'The credential lacks the scope that the message names.',
    remedy: 'Use a credential that has the scope.',
  },
  order_not_found: {
    status: 404,
    when: 'The order does not exist, was deleted, or belongs to another owner.',
    remedy: 'Check the order id.',
  },
  file_not_found: {
    status: 404,
    when: 'The console or the API reference has no such file.',
    remedy: 'Check the path.',
  },
  callback_not_found: {
    status: 404,
    when: 'The callback URL is not one of this service, or its key has been replaced.',
    remedy: 'Use the URL exactly as it was given to you.',
  },
  wrong_status: {
    status: 409,
    when: 'The state of the order does not allow this operation. The message says why.',
    remedy: 'Read the order, then decide again.',
  },
  owner_required: {
    status: 409,
    when: 'Several owners have an order with this id. The message names them. Only callers with `orders:admin` get this code.',
    remedy: 'Name one of the owners with `owner`.',
  },
  redrive_limit_reached: {
    status: 409,
    when: 'The order has been redriven as often as the service allows.',
    remedy: 'Fix the cause, and create a new order.',
  },
  signal_exists: {
    status: 409,
    when: 'The order has a signal of this name with another payload. The first one counts.',
    remedy: 'Do not retry. Use another name for another event.',
  },
  signal_too_late: {
    status: 409,
    when: 'The wait for this signal has timed out, or the run of the order that it is for has ended.',
    remedy: 'Do not retry. Read the order to see what became of it.',
  },
  too_many_signals: {
    status: 409,
    when: 'The order has received as many signals as the service allows.',
    remedy: 'Send only signals that its processor waits for.',
  },
  order_changed: {
    status: 412,
    when: 'The order has changed since it had the ETag in If-Match.',
    remedy: 'Read the order, then decide again.',
  },
  body_too_large: {
    status: 413,
    when: 'The body is larger than 256 KiB.',
    remedy: 'Send fewer orders or items per request.',
  },
  idempotency_key_reused: {
    status: 422,
    when: 'The Idempotency-Key belongs to a request for another order.',
    remedy: 'Use a new key for each order.',
  },
  if_match_required: {
    status: 428,
    when: 'The request would change an order, and has no If-Match header.',
    remedy: 'Read the order, and send its ETag in If-Match.',
  },
  too_many_of_owner_waiting: {
    status: 429,
    when: 'As many of your orders wait as the service allows each owner.',
    remedy:
      'Send the same request again after `Retry-After` seconds. This one stored nothing; an earlier one may have.',
  },
  internal_error: {
    status: 500,
    when: 'A bug in the service. Details are in its log.',
    remedy: 'Report the `request_id`.',
  },
  unavailable: {
    status: 503,
    when: 'The database or the token issuer does not reply.',
    remedy: 'Retry after `Retry-After` seconds. Retrying is safe.',
  },
  too_many_waiting: {
    status: 503,
    when: 'More orders wait than the service admits.',
    remedy:
      'Send the same request again after `Retry-After` seconds. This one stored nothing; an earlier one may have.',
  },
} as const satisfies Record<string, Refusal>;

export type ErrorCode = keyof typeof ERROR_CODES;
