import {
  PermanentFailure,
  type ProcessorContext,
  SignalTimeout,
  TransientFailure,
} from '../../lib/processors/processor.ts';
import type { Psql } from '../support/psql.ts';
import type { Container } from './container.ts';
import { LONG_RETRY_AFTER, SIGNAL, SLEEP_SECONDS, WAIT_SECONDS } from './limits.ts';
import type { Nature } from './steps.ts';

type What = 'run' | 'undo';

/** What the processors of a history do in steps, and the promises that only they can see broken, by order. */
export class Steps {
  readonly #psql: Psql;
  readonly #report: (problem: string) => void;
  /** The idempotency key of each effect. */
  readonly #keys = new Map<string, string>();
  /** What ended the wait of each run: the payload of the signal, or that it timed out. */
  readonly #ends = new Map<string, unknown>();

  /** @param report told of each broken promise */
  constructor(psql: Psql, report: (problem: string) => void) {
    this.#psql = psql;
    this.#report = report;
  }

  /** Two steps, a sleep or a wait, and a last step. All can be undone. Each function is a call to the outside. */
  async take(worker: Container, orderId: string, nature: Nature, context: ProcessorContext): Promise<void> {
    const { step } = context;
    const act = (
      what: What,
      name: string,
      { idempotencyKey, signal }: { idempotencyKey: string; signal: AbortSignal },
    ) =>
      worker.hold({
        name: `${what} ${name} of ${orderId}`,
        faults: ['fails', 'is busy'],
        signal,
        act: async (fault) => {
          await this.#check(worker, orderId, what, name, idempotencyKey);
          if (fault === 'fails') throw new Error(`${what} ${name} failed`);
          if (fault === 'is busy')
            throw new TransientFailure('busy', 'come back later', { retryAfterSeconds: LONG_RETRY_AFTER });
          if (what === 'undo' && nature === 'cannot be undone' && name === 'charge')
            throw new Error('it cannot be undone');
          if (what === 'undo' || name !== 'ship') return;
          if (nature === 'kills its worker in a step') worker.crash();
          if (nature === 'is refused in a step') throw new PermanentFailure('card_declined', 'the bank said no');
          if (nature === 'fails in a step' || nature === 'cannot be undone') throw new Error('it fails');
        },
      });
    const take = (name: string) =>
      step(name, (attempt) => act('run', name, attempt), { undo: (_, attempt) => act('undo', name, attempt) });
    await take('reserve');
    await take('charge');
    if (nature === 'sleeps' || nature === 'kills its worker in a step') await context.sleep('cool off', SLEEP_SECONDS);
    else await this.#wait(orderId, context);
    await take('ship');
  }

  /** A wait that times out is caught, so that every later attempt must see the same. */
  async #wait(orderId: string, { waitFor, idempotencyKey }: ProcessorContext): Promise<void> {
    const timedOut = (error: unknown) => (error instanceof SignalTimeout ? 'timeout' : Promise.reject(error));
    const end = await waitFor(SIGNAL, { timeoutSeconds: WAIT_SECONDS }).catch(timedOut);
    const before = this.#ends.get(idempotencyKey) ?? end;
    if (before !== end) this.#report(`the wait of ${orderId} ended with ${before}, and then with ${end}`);
    this.#ends.set(idempotencyKey, end);
  }

  async #check(worker: Container, orderId: string, what: What, name: string, key: string): Promise<void> {
    const [row] = await this.#psql.rows<{ run: number; problem: string | null }>(WRONG, [
      orderId,
      name,
      worker.name,
      what,
    ]);
    if (row?.problem) this.#report(`${worker.name} ${row.problem} ${name} of ${orderId}`);
    const effect = `${what} ${name} of ${orderId} in run ${row?.run}`;
    const other = [...this.#keys].find(([of, known]) => (of === effect) !== (known === key));
    if (row && other) this.#report(`${effect} has the key ${key}, and ${other[0]} has ${other[1]}`);
    if (row) this.#keys.set(effect, key);
  }
}

/** What a worker that holds the order does wrong by running or undoing this step now. One that lost the order cannot know: no row. */
const WRONG = `
  SELECT greatest(o.run, 1) AS run, CASE
    WHEN $4::text = 'run' AND s.name IS NOT NULL THEN 'ran again the recorded'
    WHEN $4::text = 'run' AND o.ends_as IS NOT NULL THEN 'moved forward in undo by'
    WHEN $4::text = 'undo' AND s.name IS NULL THEN 'undid without a record'
    WHEN $4::text = 'undo' AND s.undone_at IS NOT NULL THEN 'undid again'
    WHEN $4::text = 'undo' AND o.ends_as IS NULL THEN 'undid, although it was to go on,'
    WHEN $4::text = 'undo' AND EXISTS (
      SELECT FROM order_steps later
      WHERE later.order_id = o.order_id AND later.run = o.run AND later.entry > s.entry AND later.undoable AND later.undone_at IS NULL)
      THEN 'undid before a later step'
  END AS problem
  FROM orders o LEFT JOIN order_steps s ON s.owner = o.owner AND s.order_id = o.order_id AND s.run = o.run AND s.name = $2::text
  WHERE o.order_id = $1::text AND o.status = 'Processing'
    AND $3::text = (SELECT w.actor FROM witness.writes w
                    WHERE w.order_id = o.order_id AND (w.after).token > (w.before).token ORDER BY w.entry DESC LIMIT 1)`;
