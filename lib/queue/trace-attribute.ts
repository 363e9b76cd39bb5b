import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { readTraceparent } from '../observability/traceparent.ts';

/**
 * The trace travels beside the body, as an attribute of the message: what a worker has to understand stays the same, so
 * that a new version and an old one can send to each other during a deploy. Dead letters keep it.
 */
const NAME = 'traceparent';

export function traceAttribute(traceparent: string): Record<string, MessageAttributeValue> {
  return { [NAME]: { DataType: 'String', StringValue: traceparent } };
}

/** The trace of a received message; undefined for one that was sent without, by an older version or by hand. */
export function traceparentOf({ messageAttributes }: SQSRecord): string | undefined {
  return readTraceparent(messageAttributes[NAME]?.stringValue);
}
