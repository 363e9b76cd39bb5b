import { JITTER } from './virtual-time.ts';

/** Small budgets, so that histories reach their ends. */
export const MAX_ATTEMPTS = 3;
export const MAX_CRASHES = 3;
export const MAX_REDRIVES = 2;

/** Seconds. */
export const RESEND_AFTER = 60;

/** Milliseconds that each invocation has. */
export const INVOCATION_MS = 30_000;

/** Seconds for which one transient failure in a history wants to be left alone: longer than a message can be delayed. */
export const LONG_RETRY_AFTER = 1_200;

/** Seconds of the sleep, and until the wait times out, of the processors that have one. */
export const SLEEP_SECONDS = 60;
export const WAIT_SECONDS = 300;

/** The signal that they wait for. */
export const SIGNAL = 'go';

/** The second attempt comes 30 s after the first has failed, the third a minute after the second: whole seconds. */
export const RETRY_POLICY = { maxAttempts: MAX_ATTEMPTS, baseMs: 30_000 / JITTER, maxMs: 900_000 / JITTER };

/** Orders, idempotency keys and containers that histories are about: few, so that they meet. */
export const ORDERS = 5;
export const KEYS = 2;
export const APIS = 2;
export const WORKERS = 3;
