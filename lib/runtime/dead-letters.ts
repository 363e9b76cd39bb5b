import { inAscii } from '../database/in-ascii.ts';
import { ConfigError } from '../errors.ts';
import { appendAudit } from '../orders/sql/append-audit.ts';
import type { Audited } from '../orders/sql/read-audit.ts';
import { type DeadLetter, DeadLetters } from '../queue/dead-letters.ts';
import { type Taken, takeDeadLetters } from '../queue/take-dead-letters.ts';
import { connections } from './connections.ts';

let current: DeadLetters | undefined;

/** @throws ConfigError if the queue is not configured */
function deadLetters(): DeadLetters {
  const url = connections().config.DEAD_LETTER_QUEUE_URL;
  if (!url) throw new ConfigError('Set DEAD_LETTER_QUEUE_URL to use dead letters');
  current ??= new DeadLetters(url);
  return current;
}

/** @param limit the most to receive, up to ten; with 0, they are only counted */
export function listDeadLetters(limit: number): ReturnType<DeadLetters['look']> {
  return deadLetters().look(limit);
}

interface Change {
  readonly actor: string;
  readonly reason: string | null;
}

/** Moves dead letters back to the order queue, unchanged. */
export function resendDeadLetters(messageIds: readonly string[], change: Change): Promise<Taken> {
  const { QUEUE_URL } = connections().config;
  return settle(messageIds, 'dead_letters.resent', change, async (letter) => {
    await deadLetters().sendTo(QUEUE_URL, letter);
    await deadLetters().delete(letter);
  });
}

export function deleteDeadLetters(messageIds: readonly string[], change: Change): Promise<Taken> {
  return settle(messageIds, 'dead_letters.deleted', change, (letter) => deadLetters().delete(letter));
}

function settle(
  messageIds: readonly string[],
  action: Audited,
  change: Change,
  act: (letter: DeadLetter) => Promise<void>,
): Promise<Taken> {
  return takeDeadLetters(deadLetters(), new Set(messageIds), async (found, isDone) => {
    const ids = found.map(({ messageId }) => messageId);
    const target = ids.length === 1 ? (ids[0] ?? null) : null;
    const shown = Math.min(SHOWN, Math.floor(SHOWN_IN_ALL / found.length));
    // Otherwise messages with characters that the database cannot store could not be handled.
    const details = {
      messages: found.map(({ messageId, body }) => ({ message_id: messageId, body: inAscii(body.slice(0, shown)) })),
    };
    await appendAudit(connections().database, action, { ...change, target, details });
    for (const letter of found) {
      await act(letter);
      isDone(letter.messageId);
    }
  });
}

/** How many characters of a body are kept in the audit: enough for the order id of nearly every message. */
const SHOWN = 300;

/** The same for all messages of an entry together: a page of the audit has up to 100 entries, and a result of the Data API at most 1 MiB. */
const SHOWN_IN_ALL = 6_000;
