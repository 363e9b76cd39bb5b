import { createHash } from 'node:crypto';
import { currentInvocation } from '../observability/invocation.ts';
import { orderKey } from '../order-key.ts';
import { encodeMessage, encodePack } from './message.ts';
import type { OrderMessage } from './order-queue.ts';

/** The most orders per message: about as many as share a commit. A worker gets up to 25 messages at once. */
export const MAX_ORDERS_PER_MESSAGE = 100;

/**
 * The most bytes of a message about several orders, so that ten of them fit into a SendMessageBatch of 256 KiB: SQS takes
 * more by now, LocalStack does not.
 */
const MAX_BYTES = 24_000;

/** A message of the queue, and the orders that it is about. */
export interface Pack {
  readonly messages: readonly OrderMessage[];
  readonly body: string;
}

/** One message per order, as workers of every version read them. */
export function single(messages: readonly OrderMessage[]): Pack[] {
  return messages.map((message) => ({ messages: [message], body: encodeMessage(orderKey(message)) }));
}

/** Orders with the same delay and owner share messages, except those that are to be sent alone. */
export function packed(messages: readonly OrderMessage[]): Pack[] {
  const groups = Map.groupBy(
    messages.filter(({ alone }) => !alone),
    ({ delaySeconds = 0, owner = '' }) => `${delaySeconds} ${owner}`,
  );
  return [...[...groups.values()].flatMap(split), ...single(messages.filter(({ alone }) => alone))];
}

/** Halves a group until its parts are small enough. The message of a lone order is the one that is not packed. */
function split(group: readonly OrderMessage[]): Pack[] {
  if (group.length === 1) return single(group);
  if (group.length <= MAX_ORDERS_PER_MESSAGE) {
    const body = encodePack(
      group.map((message) => ({ ...message, key: orderKey(message), traceparent: traceOf(message) })),
    );
    if (body.length <= MAX_BYTES) return [{ messages: group, body }];
  }
  const middle = Math.ceil(group.length / 2);
  return [...split(group.slice(0, middle)), ...split(group.slice(middle))];
}

/**
 * The message group of an owner, by which a standard queue serves owners fairly: many messages of one do not delay those of the
 * others. A group id has at most 128 characters of ASCII, and an owner can have more and others. Without an owner there is no group.
 */
export function groupOf(owner = ''): string | undefined {
  return owner === '' ? undefined : createHash('sha256').update(owner).digest('base64url');
}

export function traceOf({ traceparent = currentInvocation()?.traceparent }: OrderMessage): string | undefined {
  return traceparent;
}
