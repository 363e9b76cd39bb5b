import type { components } from './api.ts';

type Failure = components['schemas']['Failure'];

/** An error response of the service. */
export class OrderApiError extends Error {
  override readonly name = 'OrderApiError';
  readonly status: number;
  /** Names what went wrong, for programs (docs/errors.md); undefined if the response is not from the service. */
  readonly code: Failure['code'] | undefined;
  /** Where the request is not valid, and what is allowed there. */
  readonly errors: NonNullable<Failure['errors']>;

  constructor(status: number, failure: Partial<Failure>) {
    super(failure.message ?? `The service returned ${status}`);
    this.status = status;
    this.code = failure.code;
    this.errors = failure.errors ?? [];
  }
}

/**
 * The data of a response.
 * @throws OrderApiError for an error response
 */
export function dataOf<Data>(result: { data?: Data; error?: unknown; response: Response }): Data {
  const { data, error, response } = result;
  if (response.ok) return data as Data;
  throw new OrderApiError(response.status, typeof error === 'object' && error !== null ? error : {});
}
