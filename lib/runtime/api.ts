import { makeAdmission } from '../orders/admission.ts';
import { amendOrder } from '../orders/amend-order.ts';
import { cancelOrder, cancelOrders } from '../orders/cancel-order.ts';
import { type Caller, makeCreateOrder } from '../orders/create-order.ts';
import { getMetrics } from '../orders/get-metrics.ts';
import { makeHealthCheck } from '../orders/health.ts';
import { isReplay } from '../orders/is-replay.ts';
import type { NewOrder } from '../orders/order.ts';
import { setProcessing } from '../orders/processing.ts';
import { redriveOrder } from '../orders/redrive-order.ts';
import { redriveOrders } from '../orders/redrive-orders.ts';
import { signalOrder } from '../orders/signal-order.ts';
import { countFailures } from '../orders/sql/count-failures.ts';
import { listOrders } from '../orders/sql/list-orders.ts';
import { readProcessing } from '../orders/sql/processing-control.ts';
import { readAudit } from '../orders/sql/read-audit.ts';
import { readHistory } from '../orders/sql/read-history.ts';
import { makeReadOrder } from '../orders/wait-for-order.ts';
import { loadCallbacks } from './callbacks.ts';
import { type Connections, connections } from './connections.ts';
import { once, onceLoaded } from './once-loaded.ts';

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
    createOrder: async (order: NewOrder, caller: Caller) => {
      const refusal = refusalFor(caller.owner);
      if (!refusal) return createOrder(order, caller);
      // The limits are for new orders, and the caller of a replay waits for the response that it has not seen.
      return (await isReplay(database, order, caller)) ? 'replayed' : refusal;
    },
    readOrder: makeReadOrder({
      database,
      maxWaitSeconds: config.MAX_WAIT_SECONDS,
      statementTimeoutMs: config.DATABASE_TIMEOUT_MS,
    }),
    readHistory: bind(readHistory, database),
    listOrders: bind(listOrders, database),
    countFailures: bind(countFailures, database),
    readAudit: bind(readAudit, database),
    getMetrics: bind(getMetrics, database),
    amendOrder: bind(amendOrder, connected),
    cancelOrder: bind(cancelOrder, connected),
    cancelOrders: bind(cancelOrders, connected),
    redriveOrder: bind(redriveOrder, redriving),
    redriveOrders: bind(redriveOrders, redriving),
    signalOrder: bind(signalOrder, connected),
    /** The signal that the token of a callback URL is for. */
    readCallback: async (token: string) => (await callbacks())?.read(token),
    readProcessing: bind(readProcessing, database),
    setProcessing: bind(setProcessing, connected),
    checkHealth: makeHealthCheck(connected),
    close,
  };
}

/** A use case without its first parameter, its dependencies. */
function bind<Deps, Args extends unknown[], Result>(useCase: (deps: Deps, ...args: Args) => Result, deps: Deps) {
  return (...args: Args): Result => useCase(deps, ...args);
}

/** The API of this container. */
export const api = once(() => createApi(connections()));
