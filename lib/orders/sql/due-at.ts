import { MAX_DELAY_SECONDS } from '../../queue/order-queue.ts';

/**
 * How long before its time the sweep sends the message of an order whose wait is too long for a delayed message: as early as a
 * message can carry the rest, so that it is there in time although sweeps are a minute apart or fail.
 */
export const LOOK_AHEAD_SECONDS = MAX_DELAY_SECONDS;

/**
 * When the sweep sends the message of an order that may start at this time: as above if the wait is too long, else once the message
 * that is sent right after this commit must have been lost.
 * @param time an expression; NULL or a time that is past: at once
 * @param resendAfterSeconds an expression
 */
export const dueAt = (time: string, resendAfterSeconds: string) => `
  CASE WHEN ${time} > now() + interval '${MAX_DELAY_SECONDS} seconds' THEN ${time} - interval '${LOOK_AHEAD_SECONDS} seconds'
       ELSE greatest(now(), ${time}) + ${resendAfterSeconds} * interval '1 second' END`;
