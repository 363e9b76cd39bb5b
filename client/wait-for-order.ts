import type { Client } from 'openapi-fetch';
import type { components, paths } from './api.ts';
import { dataOf } from './errors.ts';
import { sleep } from './patience.ts';

type OrderWithSteps = components['schemas']['OrderWithSteps'];
type Status = components['schemas']['Status'];

export interface WaitOptions {
  /** The statuses to wait for. By default, those of a finished order: Completed, Failed and Cancelled. */
  readonly status?: Status | readonly Status[];
  /** In milliseconds. By default 60,000; 0 means no limit. */
  readonly timeoutMs?: number;
  /** The owner of the order, if several owners have one with this id. */
  readonly owner?: string | undefined;
  /** Called with the order as it is at first, and after each change that a request sees. */
  readonly onChange?: (order: OrderWithSteps) => void;
  readonly signal?: AbortSignal;
}

/** The order did not get a status that was waited for. */
export class WaitError extends Error {
  override readonly name = 'WaitError';
  /** The order as it was last. */
  readonly order: OrderWithSteps;

  constructor(message: string, order: OrderWithSteps) {
    super(message);
    this.order = order;
  }
}

const FINISHED: readonly Status[] = ['Completed', 'Failed', 'Cancelled'];

const TIMEOUT_MS = 60_000;
/** The longest `wait` that the service accepts. */
const LONGEST_WAIT_SECONDS = 25;
/** Of the timeout of a request: connecting, the first and the last statement of the service, and the response. */
const MARGIN_MS = 5_000;
/** Between two requests, if the service responds before the time although nothing has changed: too many requests wait there. */
const PAUSE_MS = 1_000;

/** @param requestTimeoutMs of one request; 0 means no limit */
export async function waitForOrder(
  client: Client<paths, 'application/json'>,
  requestTimeoutMs: number,
  orderId: string,
  { status = FINISHED, timeoutMs = TIMEOUT_MS, owner, onChange, signal = new AbortController().signal }: WaitOptions,
): Promise<OrderWithSteps> {
  const awaited = [status].flat();
  const end = Date.now() + (timeoutMs || Number.POSITIVE_INFINITY);
  const longestMs = (requestTimeoutMs || Number.POSITIVE_INFINITY) - MARGIN_MS;
  let order: OrderWithSteps | undefined;
  for (let etag: string | null = null; ; ) {
    const startedAt = Date.now();
    const waitMs = Math.max(0, Math.min(longestMs, end - startedAt));
    const wait = Math.min(LONGEST_WAIT_SECONDS, Math.floor(waitMs / 1_000));
    const query: paths['/orders/{order_id}']['get']['parameters']['query'] = {
      ...(owner !== undefined && { owner }),
      // Not at first: the order may have changed since the caller knew it.
      ...(order && { wait }),
    };
    const header: { 'If-None-Match'?: string } = etag === null ? {} : { 'If-None-Match': etag };
    const params = { path: { order_id: orderId }, query, header };
    const result = await client.GET('/orders/{order_id}', { params, signal }).catch((error: unknown) => {
      // The timeout of a request includes its retries, and one after a 503 waits from the start.
      if (order && !signal.aborted && (error as Error).name === 'TimeoutError') return undefined;
      throw error;
    });
    if (result && !(order && result.response.status === 304)) {
      order = dataOf(result) as OrderWithSteps;
      etag = result.response.headers.get('ETag');
      onChange?.(order);
      if (awaited.includes(order.status)) return order;
      if (FINISHED.includes(order.status))
        throw new WaitError(`Order ${orderId} is ${order.status}, not ${awaited.join(' or ')}`, order);
    } else if (Date.now() - startedAt < PAUSE_MS) {
      await sleep(Math.min(PAUSE_MS, Math.max(0, end - Date.now())), signal);
    }
    if (Date.now() >= end && order)
      throw new WaitError(`Order ${orderId} is still ${order.status} after ${timeoutMs} ms`, order);
  }
}
