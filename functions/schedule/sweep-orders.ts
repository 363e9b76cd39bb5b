import middy from '@middy/core';
import type { ScheduledEvent } from 'aws-lambda';
import { observed } from '../../lib/observability/observed.ts';
import { runtime } from '../../lib/runtime.ts';

/** Sends the message of every unfinished order again whose due date has come; then tells what it counted. */
export const handler = observed(
  middy<ScheduledEvent, { sent: number }>().handler(async (_event, context) => {
    const sent = await runtime().sweepOrders(() => context.getRemainingTimeInMillis());
    await runtime().reportFigures(sent);
    return { sent };
  }),
);
