import { emfMetrics } from '../observability/metrics.ts';
import { deleteFinishedOrders } from '../orders/delete-finished.ts';
import { reportMetrics } from '../orders/report-metrics.ts';
import { sweepOrders } from '../orders/sweep-orders.ts';
import { type Connections, connections } from './connections.ts';
import { once } from './once-loaded.ts';

export type Sweep = ReturnType<typeof createSweep>;

/** The runtime of the sweep. */
export function createSweep(connected: Connections) {
  const { config, database, close } = connected;
  const metrics = config.METRICS_NAMESPACE === undefined ? undefined : emfMetrics(config.METRICS_NAMESPACE);
  const hasOwners = config.AUTH !== 'none';
  const retention = { days: config.RETENTION_DAYS, failedDays: config.RETENTION_FAILED_DAYS };
  return {
    sweepOrders: (remainingMs: () => number) => sweepOrders({ ...connected, hasOwners }, remainingMs),
    reportMetrics: (resent: number) => reportMetrics({ database, metrics }, resent),
    deleteFinishedOrders: (remainingMs: () => number) => deleteFinishedOrders({ ...connected, retention }, remainingMs),
    close,
  };
}

/** The sweep of this container. */
export const sweep = once(() => createSweep(connections()));
