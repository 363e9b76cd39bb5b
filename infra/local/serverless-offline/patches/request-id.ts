import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';

const requestIds = new AsyncLocalStorage<string>();

/** Gives a request an id, which the client gets in the header that API Gateway uses. */
export function withRequestId(response: ServerResponse, work: () => void): void {
  const requestId = randomUUID();
  response.setHeader('apigw-requestid', requestId);
  requestIds.run(requestId, work);
}

/** Writes that id into an event: Serverless Offline writes the same constant into every event. */
export function nameRequest(event: unknown): void {
  const { requestContext } = event as { requestContext?: { requestId?: string } };
  const requestId = requestIds.getStore();
  if (requestContext !== undefined && requestId !== undefined) requestContext.requestId = requestId;
}
