import type { OrderKey } from '../order-key.ts';
import type { Travel } from '../queue/message-attributes.ts';

/** One invocation of the worker. */
export interface Invocation {
  /** Milliseconds until Lambda ends the invocation. */
  readonly remainingMs: () => number;
  /** Recorded in the history as the actor. */
  readonly actor: string;
  /** By order: the attributes of its message. */
  readonly travels?: ReadonlyMap<OrderKey, Travel>;
}

/** Milliseconds before the end of the invocation at which work is aborted, reserved for committing the outcomes. */
export const FINISH_TIME_MS = 2_000;

/** Whole milliseconds, because AbortSignal.timeout does not accept fractions. */
export function timeToWork(invocation: Invocation): number {
  return Math.floor(invocation.remainingMs() - FINISH_TIME_MS);
}

/** For a message that is sent again without an attempt of its order. */
export function oneHopFurther({ travels }: Invocation, key: OrderKey): Travel {
  const { traceparent, hops = 0 } = travels?.get(key) ?? {};
  return { traceparent, hops: hops + 1 };
}
