import { setTimeout as delay } from 'node:timers/promises';
import type { OrderBackend } from './order-backend.ts';

/** Milliseconds between two looks at /metrics: a figure finer than that would be noise. */
const POLL_MS = 250;

/** Statuses after which an order does not move any more by itself. */
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

/** How many orders do not change any more by themselves. */
export function settledIn({ Completed, Failed = 0, Cancelled = 0 }: Partial<Record<string, number>>): number {
  return (Completed ?? 0) + Failed + Cancelled;
}

/**
 * Waits until no accepted order changes any more, and returns the last known status of each that is not Completed.
 * /metrics only says when a look is worth while; what counts is each order, asked for on its own.
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
    // Both terms only grow as our own orders do, so other clients' orders cannot keep this waiting for ever.
    const progress = settled + (accepted.length - open.size);
    if (progress > bestProgress) {
      bestProgress = progress;
      progressAt = performance.now();
    } else if (patienceIsOver) return open;
    await delay(POLL_MS);
  }
}
