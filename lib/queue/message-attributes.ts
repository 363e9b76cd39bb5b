import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { readTraceparent } from '../observability/traceparent.ts';
import type { OrderMessage } from './order-queue.ts';

/** What a message says about its own way, apart from the order that it names. */
export type Travel = Pick<OrderMessage, 'traceparent' | 'hops'>;

/**
 * Travels beside the body, as attributes of the message: what a worker has to understand stays the same, so that a new
 * version and an old one can send to each other during a deploy. Dead letters keep them.
 */
export function toAttributes({ traceparent, hops = 0 }: Travel): Record<string, MessageAttributeValue> {
  return {
    ...(traceparent !== undefined && { traceparent: { DataType: 'String', StringValue: traceparent } }),
    ...(hops > 0 && { hops: { DataType: 'Number', StringValue: String(hops) } }),
  };
}

/** Of a received message. One that was sent by an older version or by hand has neither. */
export function travelOf({ messageAttributes: { traceparent, hops } }: SQSRecord): Travel {
  return {
    traceparent: readTraceparent(traceparent?.stringValue),
    hops: /^\d{1,9}$/.test(hops?.stringValue ?? '') ? Number(hops?.stringValue) : 0,
  };
}
