/** The response of a handler: the status and a body that becomes JSON. */
export interface HttpResponse {
  readonly statusCode: number;
  /** Undefined for a response without a body, such as a 304. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
