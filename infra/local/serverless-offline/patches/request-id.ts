import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';

interface Request {
  readonly id: string;
  readonly callerGone: AbortSignal;
}

const requests = new AsyncLocalStorage<Request>();

/** Gives a request an id, which the client gets in the header that API Gateway uses. */
export function withRequestId(response: ServerResponse, work: () => void): void {
  const id = randomUUID();
  response.setHeader('apigw-requestid', id);
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  requests.run({ id, callerGone: controller.signal }, work);
}

/**
 * Writes that id into an event: Serverless Offline writes the same constant into every event. The context gets a signal that is aborted
 * when the connection is closed, with or without a response.
 */
export function nameRequest(event: unknown, context: unknown): void {
  const { requestContext } = event as { requestContext?: { requestId?: string } };
  const request = requests.getStore();
  if (requestContext === undefined || request === undefined) return;
  requestContext.requestId = request.id;
  Object.assign(context as object, { callerGone: request.callerGone });
}
