import * as z from 'zod';
import { PermanentFailure, type Processor, type ProcessorOrder, TransientFailure } from './processor.ts';
import { type SignatureHeaders, signWebhook } from './standard-webhooks.ts';

export interface WebhookOptions {
  readonly url: string;
  readonly signingKeys: readonly Buffer[];
  /** Milliseconds from the first byte sent until the head of the response has arrived. */
  readonly timeoutMs: number;
  /** How long an order waits for its signal after a 202. */
  readonly signalTimeoutSeconds?: number;
  /** True if a request contains a callback URL for this signal. */
  readonly offersCallback?: boolean;
}

const WEEK_SECONDS = 604_800;

const EVENT_TYPE = 'order.created';

/** The 4xx that concern the moment and not the order (RFC 9110, 15.5.9; RFC 8470, 5.2; RFC 6585, 4). */
const TRANSIENT_4XX: ReadonlySet<number> = new Set([408, 425, 429]);

/** The most bytes of a response body that are read, and the most milliseconds for it: see `discard`. */
const DISCARD_BYTES = 65_536;
const DISCARD_MS = 1_000;

/**
 * Lets a receiver do the work: posts the order to a URL, and completes it after a 2xx. A 202 only accepts the work: the order then waits
 * for the signal `done`. All attempts of a run have the same id, so that the receiver recognizes an order that it has already
 * processed, and the same body unless the order was changed in between.
 *
 * | response               | failure   | code                                   |
 * |------------------------|-----------|----------------------------------------|
 * | 3xx, never followed    | permanent | `webhook_redirect`                     |
 * | 408, 425, 429          | transient | `webhook_408` …, after its Retry-After |
 * | any other 4xx          | permanent | `webhook_404` …                        |
 * | 5xx, any other         | transient | `webhook_503` …, after its Retry-After |
 * | none within `timeoutMs`| transient | `webhook_timeout`                      |
 * | no connection, broken  | transient | `webhook_unreachable`                  |
 */
export function webhookProcessor(options: WebhookOptions): Processor {
  const { url, signingKeys, timeoutMs, signalTimeoutSeconds = WEEK_SECONDS, offersCallback = false } = options;
  return async (order, { idempotencyKey, traceparent, signal, step, waitFor, callbackUrl }) => {
    const ask = async () => {
      const body = JSON.stringify(toEvent(order, offersCallback ? callbackUrl(DONE) : undefined));
      const headers = signWebhook(`msg_${idempotencyKey}`, new Date(), body, signingKeys);
      const traced = traceparent === undefined ? headers : { ...headers, traceparent };
      const response = await post(url, traced, body, timeoutMs, signal);
      await discard(response);
      if (!response.ok) throw failureOf(response);
      if (response.status !== 202) throw new AlreadyDone();
    };
    try {
      await step('accepted', ask);
    } catch (error) {
      if (error instanceof AlreadyDone) return;
      throw error;
    }
    throwFailureIn(await waitFor(DONE, { timeoutSeconds: signalTimeoutSeconds }));
  };
}

/** The signal that ends accepted work. */
const DONE = 'done';

/** A step that throws is not recorded, so an order whose work is done costs no additional statement. */
class AlreadyDone extends Error {}

/** The payload of a signal that reports a failure, also without a code or a message; any other payload is a result. */
const FAILURE = z.object({
  error: z.object({ code: z.string().min(1).catch('webhook_error'), message: z.string().catch('') }),
});

function throwFailureIn(payload: unknown): void {
  const { data } = FAILURE.safeParse(payload);
  if (data) throw new PermanentFailure(data.error.code, data.error.message);
}

/** The payload that the specification recommends: type, time of the event, data. */
function toEvent(order: ProcessorOrder, callbackUrl: string | undefined) {
  return {
    type: EVENT_TYPE,
    timestamp: order.createdAt.toISOString(),
    data: {
      order_id: order.orderId,
      user_id: order.userId,
      item_ids: order.itemIds,
      // Text, because most clients parse a JSON number as a float, and this is money.
      total_amount: order.totalAmount,
      ...(callbackUrl !== undefined && { callback_url: callbackUrl }),
      // Only if the order has them, so that the body of an order without them remains the same.
      ...(order.currency !== null && { currency: order.currency }),
      ...(order.customerRef !== null && { customer_ref: order.customerRef }),
      ...(Object.keys(order.metadata).length > 0 && { metadata: order.metadata }),
      ...(order.items.length > 0 && {
        items: order.items.map(({ unitPrice, ...item }) => ({ ...item, unit_price: unitPrice })),
      }),
      ...(order.processAfter !== null && { process_after: order.processAfter.toISOString() }),
    },
  };
}

/** @throws TransientFailure, or the reason of the signal */
async function post(
  url: string,
  headers: SignatureHeaders,
  body: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Response> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await fetch(url, {
      method: 'POST',
      body,
      headers: {
        ...headers,
        'content-type': 'application/json',
        // A container is frozen between invocations. A connection that is kept open may be dead without notice, and the
        // order that discovers it would lose an attempt. A new connection costs 0.2 ms on loopback, and a handshake
        // elsewhere.
        connection: 'close',
      },
      redirect: 'manual',
      signal: AbortSignal.any([signal, timeout]),
    });
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted)
      throw new TransientFailure('webhook_timeout', `The receiver did not respond within ${timeoutMs} ms`);
    throw new TransientFailure('webhook_unreachable', `The receiver could not be reached (${causeOf(error)})`, {
      cause: error,
    });
  }
}

/** The cause of a failed connection according to fetch: a code such as ECONNREFUSED or CERT_HAS_EXPIRED. */
function causeOf(error: unknown): string {
  const { cause } = error as { readonly cause?: { readonly code?: unknown } };
  return String(cause?.code ?? 'network error');
}

/**
 * Reads the rest of a response, because some receivers treat a closed connection as a lost client and stop their work.
 * A long or slow body does not delay the worker, and a broken one does not change the outcome, which the status
 * decides.
 */
async function discard({ body }: Response): Promise<void> {
  let room = DISCARD_BYTES;
  const sink = new WritableStream<Uint8Array>({
    write(chunk, controller) {
      room -= chunk.length;
      if (room < 0) controller.error();
    },
  });
  await body?.pipeTo(sink, { signal: AbortSignal.timeout(DISCARD_MS) }).catch(() => {});
}

function failureOf({ status, headers }: Response): PermanentFailure | TransientFailure {
  const message = `The receiver responded with ${status}`;
  if (status >= 300 && status < 400)
    return new PermanentFailure('webhook_redirect', `${message}; redirects are not followed`);
  const code = `webhook_${status}`;
  if (status >= 400 && status < 500 && !TRANSIENT_4XX.has(status)) return new PermanentFailure(code, message);
  return new TransientFailure(code, message, { retryAfterSeconds: readRetryAfter(headers.get('retry-after')) });
}

/** The seconds of a Retry-After in either of its forms (RFC 9110, 10.2.3); 0 for anything else. */
function readRetryAfter(value: string | null): number {
  if (value === null) return 0;
  if (/^\d+$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : Math.max(0, (date - Date.now()) / 1_000);
}
