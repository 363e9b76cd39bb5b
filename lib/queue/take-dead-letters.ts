import type { DeadLetter, DeadLetters } from './dead-letters.ts';

/** The most messages to look through: a receive of ten takes some 20 ms, and the request has to end within its timeout. */
const MAX_READ = 1_000;

export interface Taken {
  /** Those of the messages that were done with. */
  readonly done: readonly string[];
  /** Messages that are not among the first of the queue, or that another reader holds at the moment. */
  readonly notFound: readonly string[];
}

/**
 * Finds dead letters by their ids, which SQS cannot do: reads the queue until it has them all, and releases the others.
 * @param act what to do with those that were found; those whose ids it does not return are released
 */
export async function takeDeadLetters(
  letters: DeadLetters,
  messageIds: ReadonlySet<string>,
  act: (found: readonly DeadLetter[]) => Promise<readonly string[]>,
): Promise<Taken> {
  const read: DeadLetter[] = [];
  const isWanted = ({ messageId }: DeadLetter) => messageIds.has(messageId);
  while (read.length < MAX_READ && read.filter(isWanted).length < messageIds.size) {
    const received = await letters.receive();
    if (received.length === 0) break;
    read.push(...received);
  }
  // A queue may deliver a message twice.
  const found = [...new Map(read.filter(isWanted).map((letter) => [letter.messageId, letter])).values()];
  const done = found.length > 0 ? await act(found) : [];
  await Promise.all(read.filter(({ messageId }) => !done.includes(messageId)).map((letter) => letters.release(letter)));
  const seen = new Set(found.map(({ messageId }) => messageId));
  return { done, notFound: [...messageIds].filter((id) => !seen.has(id)) };
}
