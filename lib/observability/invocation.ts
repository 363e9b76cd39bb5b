import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from 'aws-lambda';
import { readTraceparent, traceparentOfInvocation } from './traceparent.ts';

/** The ids in every log entry of one invocation, and the trace of the messages that it sends. */
interface InvocationIds {
  /** Lambda's id. */
  readonly functionRequestId: string;
  /** API Gateway's id, which the client gets as `Apigw-Requestid`, and the access log has; undefined without a request. */
  readonly requestId?: string | undefined;
  /** The client's trace, if it sent one. */
  readonly traceparent: string;
}

/** The parts of an HTTP API event that contain them; other events do not have these fields. */
interface RequestEvent {
  readonly requestContext?: { readonly requestId?: string };
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

export function invocationOf(event: unknown, { awsRequestId }: Context): InvocationIds {
  const { requestContext, headers } = event as RequestEvent;
  return {
    functionRequestId: awsRequestId,
    requestId: requestContext?.requestId,
    traceparent: readTraceparent(headers?.traceparent) ?? traceparentOfInvocation(),
  };
}

/** On a laptop, one process serves many concurrent requests, so the ids are tracked per chain of asynchronous calls. */
const storage = new AsyncLocalStorage<InvocationIds>();

export function inInvocation<T>(ids: InvocationIds, work: () => T): T {
  return storage.run(ids, work);
}

/** For work on behalf of several invocations: its log entries must not have the ids of one of them. */
export function outsideInvocations<T>(work: () => T): T {
  return storage.exit(work);
}

/** Undefined outside an invocation, as in a command. */
export function currentInvocation(): InvocationIds | undefined {
  return storage.getStore();
}
