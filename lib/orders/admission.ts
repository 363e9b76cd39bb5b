import type { Database } from '../database/database.ts';
import type { Logger } from '../logger.ts';
import { outsideInvocations } from '../observability/invocation.ts';
import { readLongestWait } from './sql/longest-wait.ts';

export interface AdmissionParts {
  readonly database: Database;
  readonly logger: Logger;
  /** Undefined: every order is let in. */
  readonly maxPendingAgeSeconds: number | undefined;
}

/** Milliseconds between two looks of one container: often enough to notice a backlog, too seldom to add to it. */
const LOOK_EVERY_MS = 5_000;

/** Milliseconds for which a look holds. A container may have been frozen since: what it saw then says nothing of now. */
const VALID_MS = 2 * LOOK_EVERY_MS;

/**
 * Says whether new orders are let in: not while one has waited longer than the limit, so that a backlog does not grow
 * without end. It looks beside the requests and not before them, so that none waits for it; the first ones of a container,
 * and those that come while the database does not say, are let in.
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
      if (!isOpen) logger.warn(`New orders are turned away: one has waited for ${Math.round(wait)} s`);
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
