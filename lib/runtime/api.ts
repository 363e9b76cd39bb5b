import { makeAdmission } from '../orders/admission.ts';
import { type Amendment, amendOrder } from '../orders/amend-order.ts';
import { cancelOrder, cancelOrders } from '../orders/cancel-order.ts';
import { type Caller, makeCreateOrder } from '../orders/create-order.ts';
import { getMetrics } from '../orders/get-metrics.ts';
import { makeHealthCheck } from '../orders/health.ts';
import type { NewOrder } from '../orders/order.ts';
import { setProcessing } from '../orders/processing.ts';
import { redriveOrder } from '../orders/redrive-order.ts';
import { type RedriveRequest, redriveOrders } from '../orders/redrive-orders.ts';
import { signalOrder } from '../orders/signal-order.ts';
import { countFailures } from '../orders/sql/count-failures.ts';
import { listOrders, type OrderFilter, type Position } from '../orders/sql/list-orders.ts';
import type { NewSignal } from '../orders/sql/order-signals.ts';
import { readProcessing } from '../orders/sql/processing-control.ts';
import { type AuditFilter, readAudit } from '../orders/sql/read-audit.ts';
import { readHistory } from '../orders/sql/read-history.ts';
import { makeReadOrder } from '../orders/wait-for-order.ts';
import { loadCallbacks } from './callbacks.ts';
import { type Connections, connections } from './connections.ts';
import { onceLoaded } from './once-loaded.ts';

export type Api = ReturnType<typeof createApi>;

/** The runtime of the HTTP functions. */
export function createApi(connected: Connections) {
  const { config, database, logger, close } = connected;
  const redriving = { ...connected, maxRedrives: config.MAX_REDRIVES };
  const callbacks = onceLoaded(() => loadCallbacks(config));
  const createOrder = makeCreateOrder(connected);
  const refusalFor = makeAdmission({
    ...connected,
    maxPendingAgeSeconds: config.MAX_PENDING_AGE_SECONDS,
    maxPendingPerOwner: config.MAX_PENDING_PER_OWNER,
  });

  return {
    logger,
    auth: config.AUTH,
    /** A refusal: the order was not stored. */
    createOrder: async (order: NewOrder, caller: Caller) => refusalFor(caller.owner) ?? createOrder(order, caller),
    readOrder: makeReadOrder({
      database,
      maxWaitSeconds: config.MAX_WAIT_SECONDS,
      statementTimeoutMs: config.DATABASE_TIMEOUT_MS,
    }),
    readHistory: (orderId: string, owner: string | null) => readHistory(database, orderId, owner),
    listOrders: (filter: OrderFilter, after: Position | null, limit: number) =>
      listOrders(database, filter, after, limit),
    countFailures: (owner: string | null) => countFailures(database, owner),
    readAudit: (filter: AuditFilter, limit: number) => readAudit(database, filter, limit),
    getMetrics: (windowMinutes: number) => getMetrics(database, windowMinutes),
    amendOrder: (
      orderId: string,
      owner: string | null,
      isExpected: Parameters<typeof amendOrder>[3],
      amendment: Amendment,
      actor: string,
    ) => amendOrder(connected, orderId, owner, isExpected, amendment, actor),
    cancelOrder: (orderId: string, owner: string | null, change: Change) =>
      cancelOrder(connected, orderId, owner, change),
    cancelOrders: (orderIds: readonly string[], owner: string | null, change: Change & { readonly dryRun: boolean }) =>
      cancelOrders(connected, orderIds, owner, change),
    redriveOrder: (orderId: string, owner: string | null, change: Change) =>
      redriveOrder(redriving, orderId, owner, change),
    signalOrder: (signal: NewSignal, actor: string) => signalOrder(connected, signal, actor),
    /** The signal that the token of a callback URL is for. */
    readCallback: async (token: string) => (await callbacks())?.read(token),
    redriveOrders: (request: RedriveRequest) => redriveOrders(redriving, request),
    readProcessing: () => readProcessing(database),
    setProcessing: (paused: boolean, change: { readonly actor: string; readonly reason: string | null }) =>
      setProcessing(connected, paused, change),
    checkHealth: makeHealthCheck(connected),
    close,
  };
}

/** The actor and the reason of a change to an order. */
interface Change {
  readonly actor: string;
  readonly reason: string;
}

let current: Api | undefined;

/** The API of this container, created on first use. */
export function api(): Api {
  current ??= createApi(connections());
  return current;
}
