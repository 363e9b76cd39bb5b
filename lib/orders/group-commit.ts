import { setImmediate as endOfTurn } from 'node:timers/promises';
import { outsideInvocations } from '../observability/invocation.ts';

/**
 * Lets callers that come at the same time share one operation: those of one turn of the event loop share it, and whoever
 * comes while it is under way joins the next. A lone caller never waits for company.
 */
export class GroupCommit<Item, Result> {
  readonly #flush: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #maxItems: number;
  #waiting: Waiting<Item, Result>[] = [];
  #busy = false;

  /**
   * @param maxItems at most this many items in one operation
   * @param flush answers one result an item, in their order. When it throws, every item of the group gets the error, and
   *   so does whoever waits behind it: one after another they would wait for as many time-outs.
   */
  constructor(maxItems: number, flush: (items: readonly Item[]) => Promise<readonly Result[]>) {
    this.#maxItems = maxItems;
    this.#flush = flush;
  }

  add(item: Item): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#waiting.push({ item, resolve, reject });
    if (!this.#busy) void outsideInvocations(() => this.#run());
    return promise;
  }

  async #run(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      // Many requests are read in one turn, and those that were answered together ask again together. Begun at once,
      // every other operation would have a single item.
      await endOfTurn();
      const group = this.#waiting.splice(0, this.#maxItems);
      try {
        const results = await this.#flush(group.map(({ item }) => item));
        if (results.length !== group.length) throw new Error(`${group.length} items, but ${results.length} results`);
        group.forEach(({ resolve }, index) => {
          resolve(results[index] as Result);
        });
      } catch (error) {
        for (const { reject } of [...group, ...this.#waiting.splice(0)]) reject(error);
      }
    }
    this.#busy = false;
  }
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}
