import type { StepAttempt } from '../../../lib/processors/processor.ts';

/** What the processor of docs/processors.md did, with the idempotency key of each effect. */
export const effects: string[] = [];

export const stock = {
  reserve(itemIds: readonly number[], { idempotencyKey }: StepAttempt) {
    effects.push(`reserve ${itemIds} ${idempotencyKey}`);
    return { id: 'hold-1' };
  },
};

export const bank = {
  charge(amount: string, { idempotencyKey }: StepAttempt) {
    effects.push(`charge ${amount} ${idempotencyKey}`);
    return { id: 'charge-1' };
  },
};

export const mail = {
  send(userId: number, ids: readonly string[], { idempotencyKey }: StepAttempt) {
    effects.push(`send ${userId} ${ids} ${idempotencyKey}`);
  },
};
