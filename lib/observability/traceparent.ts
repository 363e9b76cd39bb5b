import { randomUUID } from 'node:crypto';
import { getXrayTraceDataFromEnv } from '@aws-lambda-powertools/commons/utils/env';

/**
 * A trace is named as W3C Trace Context does ("traceparent Header Field Values", version 00):
 * `00-<trace id>-<id of the span that sends it>-<flags>`, in lower-case hex, no id all zeros.
 */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The text when it is a traceparent; whatever else a client or a message has under that name is as good as none. */
export function readTraceparent(text: string | undefined): string | undefined {
  return text !== undefined && TRACEPARENT.test(text) ? text : undefined;
}

/** 32 hex digits: what log entries of one order share. */
export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}

/**
 * The trace that Lambda runs this invocation in, so that an entry of the log and an X-Ray trace have the same id; a new
 * one where there is none, as on a laptop.
 */
export function traceparentOfInvocation(): string {
  const xray = getXrayTraceDataFromEnv();
  // UUIDs for randomness, because Node makes them ahead: a request waits for 1 µs instead of 7.
  return (xray && fromXray(xray)) ?? `00-${hex(randomUUID())}-${spanId()}-00`;
}

/** X-Ray writes the 32 digits as `1-8 digits-24 digits`. */
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
