import { effectKey } from '../../lib/orders/effect-key.ts';
import type { ProcessorContext } from '../../lib/processors/processor.ts';

/** The context of a first attempt at an order; a test passes only the values that it is about. */
export function anAttempt(orderId: string, values: Partial<ProcessorContext> = {}): ProcessorContext {
  return {
    signal: new AbortController().signal,
    idempotencyKey: effectKey({ orderId, effectScope: '/1' }),
    attempt: 1,
    isLastAttempt: false,
    // Records nothing.
    step: async (_name, run) => (await run({ idempotencyKey: 'of-a-step', signal: AbortSignal.any([]) })) as never,
    sleep: async () => {},
    waitFor: async () => undefined as never,
    callbackUrl: (name) => `https://orders.example/callbacks/${name}`,
    ...values,
  };
}

/** The fields of an order whose client sent no details. */
export const NO_DETAILS = { currency: null, customerRef: null, metadata: {}, items: [], processAfter: null };
