import type { LabApi } from '../faults/stack/lab.ts';

/** Requests at the same time. Enough to share commits, and for a lock to queue some of them. */
const CONCURRENCY = 16;

/** What clients were told, and how fast. */
export interface Told {
  /** Order ids that got a 202. */
  readonly accepted: string[];
  /** Requests that got a 503 or no response. Each is sent again, under the same id, until it is known. */
  unanswered: number;
  /** Responses that no client should get, in words. */
  readonly unexpected: string[];
  /** Milliseconds of each 202. */
  readonly latencies: number[];
}

/** Posts orders to these APIs in turn, as fast as they answer, until so many are accepted or it is told to stop. */
export class Load {
  readonly told: Told = { accepted: [], unanswered: 0, unexpected: [], latencies: [] };
  /** APIs may join and leave while it runs. */
  readonly apis: LabApi[];
  readonly #name: string;
  #issued = 0;
  #stopped = false;

  constructor(name: string, ...apis: LabApi[]) {
    this.#name = name;
    this.apis = apis;
  }

  stop(): void {
    this.#stopped = true;
  }

  async run(orders: number): Promise<void> {
    const client = async () => {
      while (!this.#stopped && this.#issued < orders) {
        this.#issued += 1;
        await this.#post(`${this.#name}-${this.#issued}`);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, client));
  }

  /** Until it is known that the order is stored: "already exists" says so, too, since nobody else uses the id. */
  async #post(orderId: string): Promise<void> {
    for (let turn = this.#issued; ; turn += 1) {
      const api = this.apis[turn % this.apis.length] as LabApi;
      const askedAt = performance.now();
      const answer = await api.post({ order_id: orderId }).catch(() => undefined);
      if (answer?.status === 202) this.told.latencies.push(performance.now() - askedAt);
      const isStored = answer?.status === 202 || String(answer?.body.message).includes('already exists');
      if (isStored) return void this.told.accepted.push(orderId);
      if (answer !== undefined && answer.status !== 503)
        return void this.told.unexpected.push(`${orderId}: ${answer.status} ${JSON.stringify(answer.body)}`);
      this.told.unanswered += 1;
      if (this.#stopped) return;
    }
  }
}

/** The value below which this share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? 0;
}
