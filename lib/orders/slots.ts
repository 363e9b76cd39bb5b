import pLimit from 'p-limit';

/** The most orders per claim; a larger statement would block the event loop while the processor needs it. */
const MAX_CLAIMS = 500;

/**
 * The same over the RDS Data API, whose results have at most 1 MiB: an order has up to 1,000 item ids of 12 bytes. The service reports
 * a larger result after the claim, and its orders would have to wait until their leases end.
 */
export const DATA_API_CLAIMS = 64;

/** The slots of an invocation: so many orders are processed at a time, and no more are claimed than fit into its time. */
export class Slots {
  readonly #concurrency: number;
  readonly #limit: ReturnType<typeof pLimit>;
  readonly #timeToWork: () => number;
  readonly #maxClaims: number;
  #slowestMs = 1;
  #done = 0;

  /** @param timeToWork milliseconds that are left */
  constructor(concurrency: number, timeToWork: () => number, maxClaims = MAX_CLAIMS) {
    this.#concurrency = concurrency;
    this.#limit = pLimit(concurrency);
    this.#timeToWork = timeToWork;
    this.#maxClaims = maxClaims;
  }

  /** Processes an order once a slot is free; undefined if it could not end in time, estimated from the slowest so far. */
  run<Result>(process: () => Promise<Result>): Promise<Result | undefined> {
    return this.#limit(async () => {
      if (this.#timeToWork() < this.#slowestMs) return undefined;
      const started = performance.now();
      const result = await process();
      this.#slowestMs = Math.max(this.#slowestMs, performance.now() - started);
      this.#done += 1;
      return result;
    });
  }

  /** Counts orders that need no processing. */
  skip(orders: number): void {
    this.#done += orders;
  }

  /**
   * How many more orders to claim, once all claimed ones have begun. At first as many as there are slots; the quicker they
   * are done, the more share a claim: as many as were done so far, so that the next ones take about as long.
   */
  async room(): Promise<number> {
    await this.#limit(() => undefined);
    const rounds = Math.max(0, Math.floor(this.#timeToWork() / this.#slowestMs));
    return Math.min(rounds * this.#concurrency, Math.max(this.#concurrency, this.#done), this.#maxClaims);
  }
}
