import middy from '@middy/core';
import type { ScheduledEvent } from 'aws-lambda';
import { retryDatabase } from '../../lib/database/retry.ts';
import { observed } from '../../lib/observability/observed.ts';
import { runtime } from '../../lib/runtime.ts';

/** Milliseconds for a paused database to wake up, which takes half a minute at most as a rule; the sweep needs the rest. */
const WAKE_UP_MS = 40_000;

/** More tries than fit into that: the pauses between them double. */
const WAKE_UP_TRIES = 20;

/** Sends the message of every unfinished order again whose due date has come; then tells what it counted. */
export const handler = observed(
  middy<ScheduledEvent, { sent: number }>().handler(async (_event, context) => {
    // A sweep that is repeated sends twice at worst.
    const sent = await retryDatabase(() => runtime().sweepOrders(() => context.getRemainingTimeInMillis()), {
      tries: WAKE_UP_TRIES,
      withinMs: Math.min(WAKE_UP_MS, context.getRemainingTimeInMillis() / 2),
      only: 'unavailable',
    });
    await runtime().reportFigures(sent);
    return { sent };
  }),
);
