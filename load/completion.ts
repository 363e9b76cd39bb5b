import { setTimeout as delay } from 'node:timers/promises';
import type { OrderBackend } from './order-backend.ts';

/** Milliseconds between two reads of /metrics: a finer resolution would be noise. */
const POLL_MS = 250;

/** Statuses that an order does not leave by itself. */
const FINAL = new Set(['Failed', 'Cancelled', 'lost']);

export interface Watch {
  /** Ids of orders that got a 202. */
  readonly accepted: readonly string[];
  /** How many orders were settled before the load began. */
  readonly settledBefore: number;
  /** Milliseconds without any progress after which waiting ends. */
  readonly patienceMs: number;
  readonly onProgress: (settled: number) => void;
}

/** The number of orders that do not change by themselves any more. */
export function settledIn({ Completed, Failed = 0, Cancelled = 0 }: Partial<Record<string, number>>): number {
  return (Completed ?? 0) + Failed + Cancelled;
}

/**
 * Waits until no accepted order changes any more, and returns the last known status of each that is not Completed.
 * /metrics only tells when checking is worthwhile; the result is the status of each order, read on its own.
 */
export async function waitForCompletion(backend: OrderBackend, watch: Watch): Promise<Map<string, string>> {
  const { accepted, settledBefore, patienceMs, onProgress } = watch;
  let open = new Map(accepted.map((orderId) => [orderId, 'not asked for']));
  let bestProgress = 0;
  let progressAt = performance.now();
  for (;;) {
    const counts = await backend.statusCounts();
    // Other clients' orders may be among them.
    const settled = Math.min(accepted.length, Math.max(0, settledIn(counts ?? {}) - settledBefore));
    const nothingUnfinished = counts !== undefined && counts.Pending + counts.Processing === 0;
    const patienceIsOver = performance.now() - progressAt > patienceMs;
    if (nothingUnfinished || settled === accepted.length || patienceIsOver) {
      const statuses = await backend.statusesOf([...open.keys()]);
      open = new Map([...statuses].filter(([, status]) => status !== 'Completed'));
      if ([...open.values()].every((status) => FINAL.has(status))) return open;
    }
    onProgress(Math.max(settled, accepted.length - open.size));
    // Both terms grow only with this load's orders, so other clients' orders cannot keep this waiting for ever.
    const progress = settled + (accepted.length - open.size);
    if (progress > bestProgress) {
      bestProgress = progress;
      progressAt = performance.now();
    } else if (patienceIsOver) return open;
    await delay(POLL_MS);
  }
}
