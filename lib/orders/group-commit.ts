import { setImmediate as endOfTurn } from 'node:timers/promises';
import { outsideInvocations } from '../observability/invocation.ts';

export interface GroupLimits {
  /** Items in one operation at most. */
  readonly maxItems: number;
  /** Operations at a time at most. */
  readonly maxOperations: number;
  /** A further operation begins beside one that is under way when at least this many items wait. */
  readonly worthAnother: number;
}

/**
 * Lets callers that come at the same time share one operation: those of one turn of the event loop share it, and whoever
 * comes while it is under way joins the next, which begins when it ends, or before when many wait. A lone caller never
 * waits for company.
 */
export class GroupCommit<Item, Result> {
  readonly #flush: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #limits: GroupLimits;
  #waiting: Waiting<Item, Result>[] = [];
  #underWay = 0;
  #scheduled = false;

  /**
   * @param flush answers one result an item, in their order. When it throws, every item of the group gets the error, and
   *   so does whoever waits behind it: one after another they would wait for as many time-outs.
   */
  constructor(limits: GroupLimits, flush: (items: readonly Item[]) => Promise<readonly Result[]>) {
    this.#limits = limits;
    this.#flush = flush;
  }

  add(item: Item): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#waiting.push({ item, resolve, reject });
    this.#schedule();
    return promise;
  }

  /**
   * Many requests are read in one turn, and those that were answered together ask again together. Begun at once, every
   * other operation would have a single item.
   */
  #schedule(): void {
    if (this.#scheduled || !this.#mayBegin()) return;
    this.#scheduled = true;
    void outsideInvocations(async () => {
      await endOfTurn();
      this.#scheduled = false;
      while (this.#mayBegin()) void this.#run(this.#waiting.splice(0, this.#groupSize()));
    });
  }

  #mayBegin(): boolean {
    const { maxOperations, worthAnother } = this.#limits;
    return this.#underWay < maxOperations && this.#waiting.length >= (this.#underWay === 0 ? 1 : worthAnother);
  }

  /** Those who wait are spread over the operations that may begin, unless that leaves too few in each. */
  #groupSize(): number {
    const { maxItems, maxOperations, worthAnother } = this.#limits;
    const share = Math.ceil(this.#waiting.length / (maxOperations - this.#underWay));
    return Math.min(maxItems, Math.max(share, worthAnother));
  }

  async #run(group: readonly Waiting<Item, Result>[]): Promise<void> {
    this.#underWay += 1;
    try {
      const results = await this.#flush(group.map(({ item }) => item));
      if (results.length !== group.length) throw new Error(`${group.length} items, but ${results.length} results`);
      group.forEach(({ resolve }, index) => {
        resolve(results[index] as Result);
      });
    } catch (error) {
      for (const { reject } of [...group, ...this.#waiting.splice(0)]) reject(error);
    }
    this.#underWay -= 1;
    this.#schedule();
  }
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}
