import { randomUUID } from 'node:crypto';
import { getXrayTraceDataFromEnv } from '@aws-lambda-powertools/commons/utils/env';

/**
 * A trace is identified as in W3C Trace Context ("traceparent Header Field Values", version 00): `00-<trace id>-<id of
 * the span that sends it>-<flags>`, in lower-case hex, with no id all zeros.
 */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The text if it is a valid traceparent, otherwise undefined. */
export function readTraceparent(text: string | undefined): string | undefined {
  return text !== undefined && TRACEPARENT.test(text) ? text : undefined;
}

/** 32 hex digits, shared by all log entries of an order. */
export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}

/**
 * The trace in which Lambda runs this invocation, so that log entries and the X-Ray trace have the same id; a new one
 * if there is none, as on a laptop.
 */
export function traceparentOfInvocation(): string {
  const xray = getXrayTraceDataFromEnv();
  // UUIDs as the source of randomness, because Node generates them in advance: a request waits 1 µs instead of 7.
  return (xray && fromXray(xray)) ?? `00-${hex(randomUUID())}-${spanId()}-00`;
}

/** X-Ray formats the 32 digits as `1-8 digits-24 digits`. */
function fromXray(header: Readonly<Record<string, string>>): string | undefined {
  const { Root: root = '', Parent: parent = spanId(), Sampled: sampled } = header;
  return readTraceparent(`00-${root.replace(/^1-|-/g, '')}-${parent}-0${sampled === '1' ? 1 : 0}`);
}

function spanId(): string {
  return hex(randomUUID()).slice(16);
}

function hex(uuid: string): string {
  return uuid.replaceAll('-', '');
}
