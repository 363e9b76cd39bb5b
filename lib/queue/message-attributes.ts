import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { readTraceparent } from '../observability/traceparent.ts';
import { decodeMessage, type MessageContent, type Task } from './message.ts';

/**
 * What accompanies the order of a message about one, sent alongside the body: the body stays the same, so that a new and an
 * old version can send to each other during a deployment. Dead letters keep them.
 */
export function toAttributes({ traceparent, hops = 0 }: Omit<Task, 'key'>): Record<string, MessageAttributeValue> {
  return {
    ...(traceparent !== undefined && { traceparent: { DataType: 'String', StringValue: traceparent } }),
    ...(hops > 0 && { hops: { DataType: 'Number', StringValue: String(hops) } }),
  };
}

/** Reads a received message. One that was sent by an older version or manually has no attributes. */
export function readMessage({ body, messageAttributes }: SQSRecord): MessageContent {
  const { tasks, isValid } = decodeMessage(body);
  const { traceparent, hops } = messageAttributes;
  const attributes = {
    traceparent: readTraceparent(traceparent?.stringValue),
    hops: /^\d{1,9}$/.test(hops?.stringValue ?? '') ? Number(hops?.stringValue) : 0,
  };
  return { tasks: tasks.map((task) => ({ ...attributes, ...task })), isValid };
}
