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
 * Finds dead letters by their ids, which SQS cannot do: reads the queue until it has them all. Releases all that it has read
 * and that are not done with, also if it fails.
 * @param act handles those that were found, and reports the id of each that is done with
 */
export async function takeDeadLetters(
  letters: DeadLetters,
  messageIds: ReadonlySet<string>,
  act: (found: readonly DeadLetter[], isDone: (messageId: string) => void) => Promise<void>,
): Promise<Taken> {
  const read: DeadLetter[] = [];
  const done = new Set<string>();
  const isWanted = ({ messageId }: DeadLetter) => messageIds.has(messageId);
  try {
    while (read.length < MAX_READ && read.filter(isWanted).length < messageIds.size) {
      const received = await letters.receive();
      if (received.length === 0) break;
      read.push(...received);
    }
    // A queue may deliver a message twice.
    const found = [...new Map(read.filter(isWanted).map((letter) => [letter.messageId, letter])).values()];
    if (found.length > 0) await act(found, (messageId) => done.add(messageId));
    const seen = new Set(found.map(({ messageId }) => messageId));
    return { done: [...done], notFound: [...messageIds].filter((id) => !seen.has(id)) };
  } finally {
    // One that cannot be released becomes visible by itself later.
    const rest = read.filter(({ messageId }) => !done.has(messageId));
    await Promise.allSettled(rest.map((letter) => letters.release(letter)));
  }
}
