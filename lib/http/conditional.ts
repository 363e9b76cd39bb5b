import { createHash } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Answer } from './handler.ts';

/**
 * 200 with the body and its ETag, or 304 without a body when If-None-Match names it: for clients that ask again and again
 * (RFC 9110, 13.1.2: any number of tags, compared weakly, or `*`). It may be kept, but not shown unasked.
 */
export function conditional(event: APIGatewayProxyEventV2, body: unknown): Answer {
  const etag = `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url')}"`;
  const headers = { etag, 'cache-control': 'private, no-cache' };
  const condition = event.headers?.['if-none-match'];
  const known: readonly string[] = condition?.match(/"[^"]*"/g) ?? [];
  if (condition?.trim() === '*' || known.includes(etag)) return { statusCode: 304, headers, body: undefined };
  return { statusCode: 200, headers, body };
}
