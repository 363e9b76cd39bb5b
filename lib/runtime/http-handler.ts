import middy, { type MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { DatabaseError } from '../errors.ts';
import { admit } from '../http/admit.ts';
import { HttpError, unavailable, untranslatable } from '../http/http-error.ts';
import type { HttpResponse } from '../http/response.ts';
import { currentInvocation, inInvocation, invocationOf } from '../observability/invocation.ts';
import { createLogger } from '../observability/logger.ts';
import { AmbiguousOrder } from '../orders/sql/find-owners.ts';
import { api } from './api.ts';

/** By default, caches must not store responses; a handler can override this. */
const COMMON_HEADERS = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

/**
 * The middleware of every HTTP function (HTTP API, payload format 2.0). The handler's response becomes JSON, and an error
 * that it throws becomes an error response of the contract. Details of a defect go to the log, never to the client. Log
 * entries carry the ids of the request, and the client's trace id if it sent one. Unless it is public, which is for routes
 * without an authorizer, a function serves only callers that the authorizer allowed.
 */
export function httpHandler(
  handle: (event: APIGatewayProxyEventV2, context: Context) => Promise<HttpResponse>,
  { isPublic = false }: { readonly isPublic?: boolean } = {},
) {
  const stack = middy<APIGatewayProxyEventV2, HttpResponse | APIGatewayProxyStructuredResultV2>()
    .use(jsonResponses())
    .before(({ event }) => {
      if (!isPublic) admit(event, api().auth);
    })
    .handler(handle);
  return (event: APIGatewayProxyEventV2, context: Context) =>
    inInvocation(invocationOf(event, context), () => stack(event, context));
}

function jsonResponses(): MiddlewareObj<APIGatewayProxyEventV2, unknown> {
  return {
    after: (request) => {
      request.response = toResult(request.response as HttpResponse);
    },
    onError: (request) => {
      const response = toResponse(request.error);
      const body = { ...(response.body as object), request_id: currentInvocation()?.requestId };
      request.response = toResult({ ...response, body });
    },
  };
}

/** The response of `work`, or the error response for what it throws. Never throws. For requests with a result per item. */
export async function responseTo(work: () => Promise<HttpResponse>): Promise<HttpResponse> {
  try {
    return await work();
  } catch (error) {
    return toResponse(error);
  }
}

function toResult({ statusCode, body, headers }: HttpResponse): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode,
    headers: { ...COMMON_HEADERS, ...headers },
    body: body === undefined ? '' : JSON.stringify(body),
  };
}

function toResponse(error: unknown): HttpResponse {
  if (error instanceof HttpError) {
    const { statusCode, code, message, errors, headers } = error;
    // Also in the body: API Gateway may rename the header.
    const challenge = headers['www-authenticate'];
    const details = { ...(errors && { errors }), ...(challenge !== undefined && { challenge }) };
    return { statusCode, headers, body: { status_code: statusCode, code, message, ...details } };
  }
  if (error instanceof DatabaseError && error.retryable) {
    api().logger.warn('The database did not reply', { error });
    return toResponse(unavailable());
  }
  if (error instanceof AmbiguousOrder)
    return toResponse(new HttpError('owner_required', `${error.message} Add "owner" to the request.`));
  if (error instanceof DatabaseError && error.isUntranslatable) return toResponse(untranslatable());
  // Not the logger of the runtime, because building that may be what failed.
  createLogger('ERROR').error('A request failed because of a defect', { error });
  return toResponse(new HttpError('internal_error', 'Internal Server Error!'));
}
