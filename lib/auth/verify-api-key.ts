import type { Database } from '../database/database.ts';
import { retryDatabase } from '../database/retry.ts';
import { DatabaseError, VerifierUnavailable } from '../errors.ts';
import { hashOf, looksLikeApiKey } from './api-key.ts';
import type { Principal, Verify } from './decision.ts';
import { type FoundApiKey, findApiKey } from './sql/find-api-key.ts';

/**
 * How many seconds a container caches a key, and so the longest that a revoked key still works. Long enough that a busy
 * key costs a container one query in this time, instead of one query per request.
 */
export const KEY_CACHE_SECONDS = 30;

/** The most keys in the cache of a container, less than 1 KiB each. The one that was looked up first is evicted first. */
const MAX_KNOWN = 1_000;

/** A look-up is retried once, and gives up before the client does (after 5 s). */
const LOOKUP_RETRY = { tries: 2, withinMs: 2_500 };

interface Known {
  readonly key: FoundApiKey;
  /** Milliseconds on the clock `now`. */
  readonly until: number;
}

/**
 * Verifies API keys against the database. Only keys that exist are cached: so a new key works immediately, and guessing
 * keys does not evict valid ones.
 * @param now milliseconds, monotonic
 */
export function makeVerifyApiKey(database: Database, now = () => performance.now()): Verify {
  const known = new Map<string, Known>();
  const queries = new Map<string, Promise<FoundApiKey | undefined>>();

  const find = (sha256: string): FoundApiKey | undefined | Promise<FoundApiKey | undefined> => {
    const remembered = known.get(sha256);
    if (remembered && now() < remembered.until) return remembered.key;
    // Concurrent look-ups of the same key share one query.
    const query = queries.get(sha256) ?? lookUp(sha256).finally(() => queries.delete(sha256));
    queries.set(sha256, query);
    return query;
  };

  const lookUp = async (sha256: string) => {
    const key = await retryDatabase(() => findApiKey(database, sha256), LOOKUP_RETRY);
    known.delete(sha256);
    if (key) known.set(sha256, { key, until: now() + 1_000 * Math.min(KEY_CACHE_SECONDS, key.expiresIn ?? Infinity) });
    const [first] = known.keys();
    if (known.size > MAX_KNOWN && first !== undefined) known.delete(first);
    return key;
  };

  return async (apiKey) => {
    if (!looksLikeApiKey(apiKey)) return { refused: 'not an API key, or mistyped' };
    try {
      const key = await find(hashOf(apiKey));
      return key ? { principal: principalOf(key) } : { refused: 'an API key that is unknown, expired or revoked' };
    } catch (error) {
      if (error instanceof DatabaseError && error.retryable)
        throw new VerifierUnavailable('The database with the API keys did not reply', { cause: error });
      throw error;
    }
  };
}

/** Names of keys are not unique, because each owner chooses them, so the history records the id of the key. */
function principalOf({ id, owner, name, scopes }: FoundApiKey): Principal {
  return { owner, name: `key:${id} (${name})`, scopes };
}
