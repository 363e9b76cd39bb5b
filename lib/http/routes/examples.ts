import { ERROR_CODES, type ErrorCode } from '../error-codes.ts';

export const REQUEST_ID = '5f0c7b1e-8f4c-4a53-9d0c-2f6a1f0e9b11';

/** The example of an error response, named by its code. */
export function refused(code: ErrorCode, message: string, details: object = {}): Readonly<Record<string, object>> {
  const { status } = ERROR_CODES[code];
  return { [code]: { status_code: status, code, message, ...details, request_id: REQUEST_ID } };
}

export const NEW_ORDER = { order_id: 'ORD-1', user_id: 7, item_ids: [1, 2], total_amount: '19.99' };

export const NEW_ORDER_WITH_ITEMS = {
  order_id: 'ORD-3',
  user_id: 7,
  total_amount: '9.50',
  currency: 'EUR',
  customer_ref: 'customer-17',
  metadata: { channel: 'web' },
  items: [{ sku: 'MUG-BLUE', quantity: 2, unit_price: '4.75' }],
};

export const ACCEPTED = {
  status_code: 202,
  message: 'Order successfully processed. Please check status for order id: ORD-1',
};

export const BATCH_RESULT = {
  status_code: 207,
  message: '1 orders accepted, 1 rejected',
  data: {
    accepted: 1,
    refused: 1,
    results: [
      { order_id: 'ORD-1', ...ACCEPTED },
      {
        order_id: 'ORD-2',
        status_code: 400,
        code: 'order_exists',
        message: 'Order with order_id ORD-2 already exists.',
      },
    ],
  },
};

/** A Pending order. */
export const ORDER = {
  order_id: 'ORD-1',
  owner: 'shop-7',
  status: 'Pending',
  next_states: ['Processing', 'Cancelled'],
  user_id: 7,
  item_ids: [1, 2],
  total_amount: '19.99',
  currency: 'EUR',
  customer_ref: null,
  process_after: null,
  metadata: { channel: 'web' },
  items: [],
  processing_time: null,
  created_at: '2026-11-23T09:30:00.000Z',
  finished_at: null,
  attempts: 0,
  crashes: 0,
  redrives: 0,
  next_attempt_at: null,
  reason_code: null,
  reason: null,
  cancel_requested_at: null,
  ends_as: null,
};

export const COMPLETED = {
  ...ORDER,
  status: 'Completed',
  next_states: [],
  processing_time: 2.004,
  finished_at: '2026-11-23T09:30:02.100Z',
  attempts: 1,
};

export const CANCELLED = {
  ...ORDER,
  status: 'Cancelled',
  next_states: [],
  finished_at: '2026-11-23T09:31:00.000Z',
  reason_code: 'cancelled',
  reason: 'changed her mind',
  cancel_requested_at: '2026-11-23T09:31:00.000Z',
};

export const CANCELLING = {
  ...ORDER,
  status: 'Processing',
  next_states: ['Completed', 'Failed', 'Pending', 'Waiting', 'Cancelled'],
  attempts: 1,
  reason_code: 'cancel_requested',
  reason: 'changed her mind',
  cancel_requested_at: '2026-11-23T09:30:01.000Z',
};

/** A step of a Completed order. */
export const CHARGED = {
  name: 'charge',
  kind: 'step',
  state: 'completed',
  undo: null,
  undone_at: null,
  attempt: 1,
  started_at: '2026-11-23T09:30:00.100Z',
  finished_at: '2026-11-23T09:30:01.900Z',
  result_bytes: 25,
};

export const HISTORY = {
  order_id: 'ORD-1',
  history: [
    transition('2026-11-23T09:30:00.000Z', null, 'Pending', 0, 'key:3 (web)'),
    transition('2026-11-23T09:30:00.096Z', 'Pending', 'Processing', 1, 'worker:orders-prod-processOrders'),
    transition('2026-11-23T09:30:02.100Z', 'Processing', 'Completed', 1, 'worker:orders-prod-processOrders'),
  ],
};

function transition(at: string, from: string | null, to: string, attempt: number, actor: string) {
  return { at, from, to, attempt, reason_code: null, reason: null, actor: `${actor} ${REQUEST_ID}` };
}

export const METRICS = {
  status_code: 200,
  message: 'Succesfully fetched metrics Ddta',
  data: {
    total_orders_processed: 2,
    total_processing_time: 2.0056,
    status_counts: { Pending: 0, Processing: 0, Waiting: 0, Completed: 2, Failed: 1, Cancelled: 0 },
    oldest_pending_seconds: 0,
    window: {
      minutes: 60,
      processing_seconds: { average: 2.0056, p50: 2.004, p95: 2.007, quantile_error: 0.044 },
      failures: { card_declined: 1 },
      per_minute: [
        {
          minute: '2026-11-23T09:30:00.000Z',
          created: 3,
          completed: 2,
          failed: 1,
          retried: 0,
          cancelled: 0,
          processing_seconds: { average: 2.0056, p95: 2.007 },
        },
      ],
    },
  },
};

export const HEALTHY = {
  status: 'ok',
  live: true,
  ready: true,
  checks: { database: 'ok', queue: 'ok' },
  processing: 'running',
};

export const UNHEALTHY = {
  status_code: 503,
  code: 'unavailable',
  message: 'Not ready: queue failing',
  status: 'failing',
  live: true,
  ready: false,
  checks: { database: 'ok', queue: 'failing' },
  processing: 'running',
};
