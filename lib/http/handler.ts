import middy, { type MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { admit } from '../auth/admit.ts';
import { DatabaseError } from '../database/database-error.ts';
import { createLogger } from '../logger.ts';
import { inInvocation, invocationOf } from '../observability/invocation.ts';
import { runtime } from '../runtime.ts';
import { HttpError, untranslatable } from './http-error.ts';

/** What a handler answers: the status and a body that becomes JSON. */
export interface Answer {
  readonly statusCode: number;
  /** Undefined: none, as a 304 has none. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpOptions {
  /** Answers everybody. Its route is `public` in lib/http/routes, and has no authorizer. */
  readonly isPublic?: boolean;
}

/** No cache between us and the caller may keep a response, unless its handler says otherwise. */
const COMMON_HEADERS = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

/** Seconds after which a client does well to ask again: a database that restarts is back in about this time. */
const RETRY_AFTER_SECONDS = 2;

/**
 * The stack of every HTTP function (HTTP API, payload format 2.0): the handler's answer becomes JSON, and whatever it
 * throws becomes an answer in the form of the contract. Details of a defect go to the log, never to the client. What is
 * logged meanwhile bears the ids of the request, and is part of the client's trace when it names one. Unless it is public,
 * a function answers only those whom the authorizer let in.
 */
export function httpHandler(
  handle: (event: APIGatewayProxyEventV2, context: Context) => Promise<Answer>,
  { isPublic = false }: HttpOptions = {},
) {
  const stack = middy<APIGatewayProxyEventV2, Answer | APIGatewayProxyStructuredResultV2>()
    .use(jsonAnswers())
    .before(({ event }) => {
      if (!isPublic) admit(event, runtime().auth);
    })
    .handler(handle);
  return (event: APIGatewayProxyEventV2, context: Context) =>
    inInvocation(invocationOf(event, context), () => stack(event, context));
}

function jsonAnswers(): MiddlewareObj<APIGatewayProxyEventV2, unknown> {
  return {
    after: (request) => {
      request.response = toResult(request.response as Answer);
    },
    onError: (request) => {
      request.response = toResult(toAnswer(request.error));
    },
  };
}

/** What the work answers, or what its error becomes; never throws. For requests in which each of several parts is answered. */
export async function answerTo(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    return toAnswer(error);
  }
}

function toResult({ statusCode, body, headers }: Answer): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode,
    headers: { ...COMMON_HEADERS, ...headers },
    body: body === undefined ? '' : JSON.stringify(body),
  };
}

function toAnswer(error: unknown): Answer {
  if (error instanceof HttpError) {
    const { statusCode, message, errors, headers } = error;
    // Also in the body: API Gateway may rename the header.
    const challenge = headers['www-authenticate'];
    const details = { ...(errors && { errors }), ...(challenge !== undefined && { challenge }) };
    return { statusCode, headers, body: { status_code: statusCode, message, ...details } };
  }
  if (error instanceof DatabaseError && error.retryable) {
    runtime().logger.warn('The database did not answer', { error });
    return {
      statusCode: 503,
      headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
      body: { status_code: 503, message: 'Service temporarily unavailable. Please try again.' },
    };
  }
  if (error instanceof DatabaseError && error.isUntranslatable) return toAnswer(untranslatable());
  reportDefect(error);
  return { statusCode: 500, body: { status_code: 500, message: 'Internal Server Error!' } };
}

/** With a logger of its own, since the runtime may be what could not be built. */
function reportDefect(error: unknown): void {
  createLogger('ERROR').error('A request failed by a defect', { error });
}
