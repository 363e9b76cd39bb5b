import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { etagOf, isNamed } from './etag.ts';
import type { Answer } from './handler.ts';

/**
 * 200 with the body and its ETag, or 304 without a body when If-None-Match names it: for clients that ask again and
 * again. It may be kept, but not shown unasked.
 */
export function conditional(event: APIGatewayProxyEventV2, body: unknown): Answer {
  const etag = etagOf(JSON.stringify(body));
  const headers = { etag, 'cache-control': 'private, no-cache' };
  if (isNamed(etag, event.headers?.['if-none-match'])) return { statusCode: 304, headers, body: undefined };
  return { statusCode: 200, headers, body };
}
