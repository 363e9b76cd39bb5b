import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { etagOf, matchesEtag } from './etag.ts';
import type { HttpResponse } from './response.ts';

/**
 * 200 with the body and its ETag, or 304 without a body if If-None-Match has that ETag, for clients that poll. The client
 * may cache the response, but must revalidate it before each use.
 */
export function withEtag(event: APIGatewayProxyEventV2, body: unknown): HttpResponse {
  const etag = etagOf(JSON.stringify(body));
  const headers = { etag, 'cache-control': 'private, no-cache' };
  if (matchesEtag(etag, event.headers?.['if-none-match'])) return { statusCode: 304, headers, body: undefined };
  return { statusCode: 200, headers, body };
}
