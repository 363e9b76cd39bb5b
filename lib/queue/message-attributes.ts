import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { readTraceparent } from '../observability/traceparent.ts';
import type { OrderMessage } from './order-queue.ts';

/** Metadata of a message, separate from the order that it names. */
export type Travel = Pick<OrderMessage, 'traceparent' | 'hops'>;

/**
 * Sent alongside the body, as attributes of the message: the body stays the same, so that a new and an old version can
 * send to each other during a deployment. Dead letters keep them.
 */
export function toAttributes({ traceparent, hops = 0 }: Travel): Record<string, MessageAttributeValue> {
  return {
    ...(traceparent !== undefined && { traceparent: { DataType: 'String', StringValue: traceparent } }),
    ...(hops > 0 && { hops: { DataType: 'Number', StringValue: String(hops) } }),
  };
}

/** The attributes of a received message. A message that was sent by an older version or manually has none. */
export function travelOf({ messageAttributes: { traceparent, hops } }: SQSRecord): Travel {
  return {
    traceparent: readTraceparent(traceparent?.stringValue),
    hops: /^\d{1,9}$/.test(hops?.stringValue ?? '') ? Number(hops?.stringValue) : 0,
  };
}
