import type { Invocation } from '../orders/invocation.ts';
import { processOrders } from '../orders/process-orders.ts';
import { DATA_API_CLAIMS } from '../orders/slots.ts';
import { loadProcessor } from '../processors/load-processor.ts';
import type { Task } from '../queue/message.ts';
import { loadCallbacks } from './callbacks.ts';
import { type Connections, connections } from './connections.ts';
import { once, onceLoaded } from './once-loaded.ts';

export type Worker = ReturnType<typeof createWorker>;

/** The runtime of the function that processes orders. */
export function createWorker(connected: Connections) {
  const { config, close } = connected;
  const retryPolicy = { maxAttempts: config.MAX_ATTEMPTS, baseMs: config.RETRY_BASE_MS, maxMs: config.RETRY_MAX_MS };
  const deps = {
    ...connected,
    retryPolicy,
    maxCrashes: config.MAX_CRASHES,
    concurrency: config.PROCESSOR_CONCURRENCY,
    maxClaims: config.DATABASE_DRIVER === 'data-api' ? DATA_API_CLAIMS : undefined,
  };
  const processor = onceLoaded(() => loadProcessor(config));
  const callbacks = onceLoaded(() => loadCallbacks(config));

  return {
    /** @throws ConfigError if the processor cannot be loaded; then no order was changed */
    processOrders: async (tasks: readonly Task[], invocation: Invocation) => {
      return processOrders({ ...deps, processor: await processor(), callbacks: await callbacks() }, tasks, invocation);
    },
    close,
  };
}

/** The worker of this container. */
export const worker = once(() => createWorker(connections()));
