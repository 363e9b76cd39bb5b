import type { Database } from '../database/database.ts';
import { outsideInvocations } from '../observability/invocation.ts';
import type { Logger } from '../observability/logger.ts';
import { readLongestWait } from './sql/longest-wait.ts';

export interface AdmissionParts {
  readonly database: Database;
  readonly logger: Logger;
  /** Undefined: every order is accepted. */
  readonly maxPendingAgeSeconds: number | undefined;
}

/** Milliseconds between two checks of one container: often enough to notice a backlog, and too seldom to add to it. */
const LOOK_EVERY_MS = 5_000;

/**
 * How many milliseconds a check is valid. The container may have been frozen since, so an older check says nothing
 * about the present.
 */
const VALID_MS = 2 * LOOK_EVERY_MS;

/**
 * Decides whether new orders are accepted: not while an order has waited longer than the limit, so that a backlog does
 * not grow without bound. The check runs alongside requests, so that no request waits for it. The first requests of a
 * container, and requests while the database does not respond, are accepted.
 * @param now milliseconds, monotonic
 */
export function makeAdmission(
  { database, logger, maxPendingAgeSeconds }: AdmissionParts,
  now = () => performance.now(),
): () => boolean {
  if (maxPendingAgeSeconds === undefined) return () => true;
  let lastLookMs = Number.NEGATIVE_INFINITY;
  let closedUntilMs = Number.NEGATIVE_INFINITY;

  const look = async (): Promise<void> => {
    try {
      const wait = await readLongestWait(database);
      const isOpen = wait <= maxPendingAgeSeconds;
      closedUntilMs = isOpen ? Number.NEGATIVE_INFINITY : now() + VALID_MS;
      if (!isOpen) logger.warn(`Rejecting new orders: an order has waited for ${Math.round(wait)} s`);
    } catch (error) {
      logger.warn('The age of the backlog could not be read', { error });
    }
  };
  return () => {
    if (now() - lastLookMs >= LOOK_EVERY_MS) {
      lastLookMs = now();
      void outsideInvocations(look);
    }
    return now() >= closedUntilMs;
  };
}
