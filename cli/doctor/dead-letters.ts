import type { Database } from '../../lib/database/database.ts';
import { parseKey } from '../../lib/order-key.ts';
import { findUnfinished } from '../../lib/orders/sql/audit-orders.ts';
import { findByIdAlone } from '../../lib/orders/sql/find-owners.ts';
import type { DeadLetter, DeadLetters } from '../../lib/queue/dead-letters.ts';
import { decodeMessage } from '../../lib/queue/message.ts';
import type { OrderQueue } from '../../lib/queue/order-queue.ts';
import type { Check, Finding } from './check.ts';

/** The most dead letters per run; a full queue takes several runs. */
const MAX_LETTERS = 1_000;

/** How many characters of a body are shown. */
const SHOWN = 200;

interface DeadLetterDeps {
  readonly database: Database;
  readonly queue: OrderQueue;
  readonly letters: DeadLetters;
  /** Whether dead letters that can be handled stay hidden from other readers until they are handled. */
  readonly keepHidden: boolean;
}

/** Shows each dead letter. The doctor can handle those of known orders; the others are kept for people. */
export function deadLetters(deps: DeadLetterDeps): Check {
  return {
    name: 'there are no dead letters',
    async find() {
      const found = await deps.letters.read(MAX_LETTERS);
      const keys = found.flatMap(({ body }) => decodeMessage(body).tasks.map(({ key }) => key));
      // A dead letter without an owner may be of an order that has one: messages did not always contain the owner.
      const byId = await findByIdAlone(deps.database, keys);
      const known = await findUnfinished(deps.database, [...keys, ...byId.values()]);
      return Promise.all(found.map((letter) => toFinding(deps, letter, known, byId)));
    },
  };
}

async function toFinding(
  { queue, letters, keepHidden }: DeadLetterDeps,
  letter: DeadLetter,
  known: Awaited<ReturnType<typeof findUnfinished>>,
  byId: Awaited<ReturnType<typeof findByIdAlone>>,
): Promise<Finding> {
  const { tasks, isValid } = decodeMessage(letter.body);
  const keys = tasks.map(({ key }) => (known.has(key) ? key : (byId.get(key) ?? key)));
  const isFixable = isValid && keys.every((key) => known.has(key));
  if (!isFixable || !keepHidden) await letters.release(letter);
  const shown = `dead letter ${letter.messageId} of ${letter.sentAt.toISOString()}: ${letter.body.slice(0, SHOWN)}`;
  if (!isFixable) return { problem: `${shown} (${isValid ? 'unknown order' : 'not a message of this service'}; kept)` };
  const unfinished = keys.filter((key) => known.get(key)?.unfinished);
  return {
    problem: `${shown} (${describe(unfinished.length, keys.length)})`,
    async fix() {
      if (unfinished.length > 0) {
        const { failed } = await queue.send(unfinished.map(parseKey));
        if (failed.length > 0) return 'nothing: sending a new message failed, so the dead letter is kept';
      }
      await letters.delete(letter);
      return unfinished.length > 0 ? 'sent again' : 'deleted: its orders no longer need a message';
    },
  };
}

function describe(unfinished: number, orders: number): string {
  if (orders === 1) return `its order is ${unfinished === 1 ? 'unfinished' : 'finished'}`;
  return `${unfinished} of its ${orders} orders are unfinished`;
}
