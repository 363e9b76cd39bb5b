import { readTraceparent } from '../observability/traceparent.ts';
import { isStorable, type OrderKey, orderKey, parseKey } from '../order-key.ts';

/** What a message asks of a worker: to process one order. */
export interface Task {
  readonly key: OrderKey;
  /** The trace of the order, for its log entries. */
  readonly traceparent?: string | undefined;
  /** How many times workers have sent the message on without an attempt of its order. Default 0. */
  readonly hops?: number | undefined;
}

/** What a message body says. */
export interface MessageContent {
  /** In the order of the message; an order may occur more than once. */
  readonly tasks: readonly Task[];
  /** False if a part of the body does not name an order: such a message is kept for people. */
  readonly isValid: boolean;
}

/**
 * The body of a message about one order. It contains an owner only if there is one, so that a service without
 * authentication sends the same bodies as before.
 */
export function encodeMessage(key: OrderKey): string {
  const { orderId, owner } = parseKey(key);
  return toAscii({ order_id: orderId, ...(owner !== '' && { owner }) });
}

/**
 * The body of a message about several orders. What accompanies an order is in further lists, each in the order of the ids
 * and left out if it says nothing, because attributes belong to a whole message.
 */
export function encodePack(tasks: readonly Task[]): string {
  const names = tasks.map(({ key }) => parseKey(key));
  return toAscii({
    order_ids: names.map(({ orderId }) => orderId),
    ...(names.some(({ owner }) => owner !== '') && { owners: names.map(({ owner }) => owner) }),
    ...(tasks.some(({ traceparent }) => traceparent) && {
      traceparents: tasks.map(({ traceparent = null }) => traceparent),
    }),
    ...(tasks.some(({ hops }) => hops) && { hops: tasks.map(({ hops = 0 }) => hops) }),
  });
}

/** JSON in ASCII, because SQS rejects or replaces some characters (U+FFFF and others). */
function toAscii(message: object): string {
  return JSON.stringify(message).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** True if a message may be acknowledged: it could be read, and each of its orders is settled. */
export function noLongerNeeded({ tasks, isValid }: MessageContent, settled: ReadonlySet<OrderKey>): boolean {
  return isValid && tasks.every(({ key }) => settled.has(key));
}

const NOT_OURS: MessageContent = { tasks: [], isValid: false };

/**
 * Reads a message body of either form. Text that Postgres cannot store is not an order id, and would make it reject the
 * claim of the whole batch; the other orders of such a message are processed.
 */
export function decodeMessage(body: string): MessageContent {
  try {
    const message: unknown = JSON.parse(body);
    if (typeof message !== 'object' || message === null) return NOT_OURS;
    if ('order_ids' in message) return readPack(message);
    if (!('order_id' in message)) return NOT_OURS;
    const key = toKey(message.order_id, 'owner' in message ? message.owner : '');
    return key === undefined ? NOT_OURS : { tasks: [{ key }], isValid: true };
  } catch {
    return NOT_OURS;
  }
}

/** Without the owner of each order, it is not known which orders a message names. */
function readPack({ order_ids: ids, owners, traceparents, hops }: Partial<Record<string, unknown>>): MessageContent {
  if (!Array.isArray(ids) || ids.length === 0) return NOT_OURS;
  const ownerOf = columnOf(owners, ids.length, '');
  if (!ownerOf) return NOT_OURS;
  const traceparentOf = columnOf(traceparents, ids.length, undefined);
  const hopsOf = columnOf(hops, ids.length, 0);
  const tasks = ids.flatMap((orderId, at) => {
    const key = toKey(orderId, ownerOf(at));
    if (key === undefined) return [];
    const traceparent = traceparentOf?.(at);
    return {
      key,
      traceparent: readTraceparent(typeof traceparent === 'string' ? traceparent : undefined),
      hops: readHops(hopsOf?.(at)),
    };
  });
  return { tasks, isValid: tasks.length === ids.length };
}

/** Reads the value at an index of a list that may be left out; undefined if it is not a list of this length. */
function columnOf(values: unknown, length: number, missing: unknown): ((at: number) => unknown) | undefined {
  if (values === undefined) return () => missing;
  return Array.isArray(values) && values.length === length ? (at) => values[at] : undefined;
}

function toKey(orderId: unknown, owner: unknown): OrderKey | undefined {
  return isStorable(orderId) && isStorable(owner) ? orderKey({ orderId, owner }) : undefined;
}

function readHops(hops: unknown): number {
  return Number.isSafeInteger(hops) && Number(hops) > 0 ? Number(hops) : 0;
}
