import { createHash } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { HttpResponse } from './response.ts';

/** The entity tag of a body: the same for the same bytes, whichever container responds. */
export function etagOf(content: string | Uint8Array): string {
  return `"${createHash('sha256').update(content).digest('base64url')}"`;
}

/** True if the If-None-Match header matches this entity tag. Tags are compared weakly (RFC 9110, section 13.1.2). */
export function matchesEtag(etag: string, ifNoneMatch: string | undefined): boolean {
  return matches(etag, ifNoneMatch?.replaceAll(WEAK, ''));
}

/** True if the If-Match header matches this entity tag. Tags are compared strongly: a weak one never matches (section 13.1.1). */
export function matchesStrongly(etag: string, ifMatch: string): boolean {
  return matches(etag, ifMatch.replaceAll(/W\/"[^"]*"/g, ''));
}

/** Proxies that compress a response make its tag weak. */
export function hasWeakEtag(header: string): boolean {
  return header.search(WEAK) >= 0;
}

const WEAK = /W\/(?=")/g;

/** The header is `*` or a list of tags. */
function matches(etag: string, header: string | undefined): boolean {
  const tags: readonly string[] = header?.match(/"[^"]*"/g) ?? [];
  return header?.trim() === '*' || tags.includes(etag);
}

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
