import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from 'aws-lambda';
import { readTraceparent, traceparentOfInvocation } from './traceparent.ts';

/** What every log entry of one invocation names, and what the messages that it sends are traced by. */
export interface InvocationIds {
  /** Lambda's own. */
  readonly functionRequestId: string;
  /** API Gateway's, which the client sees as `Apigw-Requestid` and the access log has; undefined without a request. */
  readonly requestId?: string | undefined;
  /** The client's, when it names one. */
  readonly traceparent: string;
}

/** What an event of an HTTP API has of them; other events have none of it. */
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

/** One process serves many requests at a time on a laptop, so the ids follow the asynchronous calls of each. */
const storage = new AsyncLocalStorage<InvocationIds>();

export function inInvocation<T>(ids: InvocationIds, work: () => T): T {
  return storage.run(ids, work);
}

/** For work that is done for several invocations at once: what it logs must not bear the ids of one of them. */
export function outsideInvocations<T>(work: () => T): T {
  return storage.exit(work);
}

/** Undefined outside an invocation, as in a command. */
export function currentInvocation(): InvocationIds | undefined {
  return storage.getStore();
}
