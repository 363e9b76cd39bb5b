import { setImmediate as endOfTurn } from 'node:timers/promises';
import { DatabaseError } from '../errors.ts';

/** Milliseconds, as long as a process needs to read 100 requests: longer turns are spent on other work. */
const MAX_GATHER_MS = 25;

export interface GroupLimits {
  /** The most items per operation. */
  readonly maxItems: number;
  /** The most concurrent operations. */
  readonly maxOperations: number;
  /** A further operation starts alongside one in progress if at least this many items wait. */
  readonly worthAnother: number;
}

/**
 * Lets items that arrive at about the same time share one operation. Items that arrive while it is in progress share
 * the next one, which starts when it ends, or earlier if many wait. Log entries of an operation have the invocation of
 * the first item; an operation for several invocations runs outside of them.
 */
export class GroupCommit<Item, Result> {
  readonly #flush: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #limits: GroupLimits;
  readonly #gather: () => Promise<unknown>;
  #waiting: Waiting<Item, Result>[] = [];
  #underWay = 0;
  #scheduled = false;

  /**
   * @param flush returns one result per item, in order. If Postgres rejects an item, the group is split so that only
   * that item gets the error. Any other error goes to every item of the group, and to those waiting behind it: one
   * after another, they would wait for as many timeouts.
   * @param gather resolves when the first item of a group has waited long enough for others; it must not reject. By
   * default, a group waits as long as each turn of the event loop brings more items: a lone item waits for one turn, and the
   * busier the process is with reading requests, the fewer operations it needs for them.
   */
  constructor(
    limits: GroupLimits,
    flush: (items: readonly Item[]) => Promise<readonly Result[]>,
    gather?: () => Promise<unknown>,
  ) {
    this.#limits = limits;
    this.#flush = flush;
    this.#gather = gather ?? (() => this.#untilQuiet());
  }

  add(item: Item): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#waiting.push({ item, resolve, reject });
    void this.#schedule();
    return promise;
  }

  async #schedule(): Promise<void> {
    if (this.#scheduled || !this.#mayBegin()) return;
    this.#scheduled = true;
    await this.#gather();
    this.#scheduled = false;
    while (this.#mayBegin()) void this.#run(this.#waiting.splice(0, this.#groupSize()));
  }

  async #untilQuiet(): Promise<void> {
    const end = performance.now() + MAX_GATHER_MS;
    let before: number;
    do {
      before = this.#waiting.length;
      await endOfTurn();
    } while (this.#waiting.length > before && this.#waiting.length < this.#limits.maxItems && performance.now() < end);
  }

  #mayBegin(): boolean {
    const { maxOperations, worthAnother } = this.#limits;
    return this.#underWay < maxOperations && this.#waiting.length >= (this.#underWay === 0 ? 1 : worthAnother);
  }

  /** Waiting items are spread over the operations that can start, unless that leaves too few in each. */
  #groupSize(): number {
    const { maxItems, maxOperations, worthAnother } = this.#limits;
    const share = Math.ceil(this.#waiting.length / (maxOperations - this.#underWay));
    return Math.min(maxItems, Math.max(share, worthAnother));
  }

  async #run(group: readonly Waiting<Item, Result>[]): Promise<void> {
    this.#underWay += 1;
    const parts = [group];
    for (let part = parts.shift(); part; part = parts.shift()) {
      try {
        const results = await this.#flush(part.map(({ item }) => item));
        if (results.length !== part.length) throw new Error(`${part.length} items, but ${results.length} results`);
        for (const [index, { resolve }] of part.entries()) resolve(results[index] as Result);
      } catch (error) {
        const isRefusal = error instanceof DatabaseError && error.kind === 'refused';
        const middle = Math.ceil(part.length / 2);
        if (isRefusal && part.length > 1) parts.unshift(part.slice(0, middle), part.slice(middle));
        else for (const { reject } of isRefusal ? part : [...part, ...this.#waiting.splice(0)]) reject(error);
      }
    }
    this.#underWay -= 1;
    void this.#schedule();
  }
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}
