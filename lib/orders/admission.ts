import type { Database } from '../database/database.ts';
import { outsideInvocations } from '../observability/invocation.ts';
import type { Logger } from '../observability/logger.ts';
import { readBusyOwners } from './sql/busy-owners.ts';
import { readLongestWait } from './sql/longest-wait.ts';

interface AdmissionDeps {
  readonly database: Database;
  readonly logger: Logger;
  /** Undefined: orders are accepted however long others have waited. */
  readonly maxPendingAgeSeconds: number | undefined;
  /** Undefined: each owner can have any number of Pending orders. */
  readonly maxPendingPerOwner: number | undefined;
}

/** Why an order is not accepted: the backlog is too old, or its owner has too many Pending orders. */
type Refusal = 'turned-away' | 'owner-turned-away';

/** Milliseconds between two checks of one container: often enough to notice a backlog, and too seldom to add to it. */
const LOOK_EVERY_MS = 5_000;

/** Milliseconds that a check is valid. The container may have been frozen since, so an older one says nothing about now. */
const VALID_MS = 2 * LOOK_EVERY_MS;

interface Backlog {
  readonly isTooOld: boolean;
  readonly busyOwners: ReadonlySet<string>;
}

/**
 * Decides whether new orders of an owner are accepted, so that a backlog does not grow without bound. The check runs
 * alongside requests, so that no request waits for it. The first requests of a container, and requests while the
 * database does not respond, are accepted; and an owner can exceed the limit by what it sends between two checks.
 * @param now milliseconds, monotonic
 */
export function makeAdmission(
  { database, logger, maxPendingAgeSeconds, maxPendingPerOwner }: AdmissionDeps,
  now = () => performance.now(),
): (owner: string) => Refusal | undefined {
  if (maxPendingAgeSeconds === undefined && maxPendingPerOwner === undefined) return () => undefined;
  let lastLookMs = Number.NEGATIVE_INFINITY;
  let foundMs = Number.NEGATIVE_INFINITY;
  let found: Backlog = { isTooOld: false, busyOwners: new Set() };

  const look = async (): Promise<void> => {
    try {
      const wait = maxPendingAgeSeconds === undefined ? 0 : await readLongestWait(database);
      const busy = maxPendingPerOwner === undefined ? [] : await readBusyOwners(database, maxPendingPerOwner);
      found = { isTooOld: wait > (maxPendingAgeSeconds ?? Number.POSITIVE_INFINITY), busyOwners: new Set(busy) };
      foundMs = now();
      if (found.isTooOld) logger.warn(`Rejecting new orders: an order has waited for ${Math.round(wait)} s`);
      if (busy.length > 0) logger.warn(`Rejecting new orders of ${busy.length} owners: too many of theirs are Pending`);
    } catch (error) {
      logger.warn('The age of the backlog could not be read', { error });
    }
  };
  return (owner) => {
    if (now() - lastLookMs >= LOOK_EVERY_MS) {
      lastLookMs = now();
      void outsideInvocations(look);
    }
    if (now() >= foundMs + VALID_MS) return undefined;
    if (found.isTooOld) return 'turned-away';
    return found.busyOwners.has(owner) ? 'owner-turned-away' : undefined;
  };
}
