import middy from '@middy/core';
import type { ScheduledEvent } from 'aws-lambda';
import { retryDatabase } from '../../lib/database/retry.ts';
import { observed } from '../../lib/observability/observed.ts';
import { sweep } from '../../lib/runtime/sweep.ts';

/**
 * Milliseconds for a paused database to wake up, which usually takes at most half a minute; the sweep needs the rest of
 * the time.
 */
const WAKE_UP_MS = 40_000;

/** More attempts than fit into that time, because the pauses between them double. */
const WAKE_UP_TRIES = 20;

/** Sends a message for every unfinished order whose due date has passed, then publishes metrics, and last deletes old orders. */
export const handler = observed(
  middy<ScheduledEvent, { sent: number }>().handler(async (_event, context) => {
    // Retrying a sweep sends messages twice at worst.
    const remainingMs = () => context.getRemainingTimeInMillis();
    const sent = await retryDatabase(() => sweep().sweepOrders(remainingMs), {
      tries: WAKE_UP_TRIES,
      withinMs: Math.min(WAKE_UP_MS, remainingMs() / 2),
      only: 'unavailable',
    });
    await sweep().reportMetrics(sent);
    await sweep().deleteFinishedOrders(remainingMs);
    return { sent };
  }),
);
