import { createHash } from 'node:crypto';

/** The entity tag of a body: the same for the same bytes, whichever container responds. */
export function etagOf(content: string | Uint8Array): string {
  return `"${createHash('sha256').update(content).digest('base64url')}"`;
}

/**
 * True if the If-None-Match header matches this entity tag (RFC 9110, section 13.1.2): it is `*` or a list of tags.
 * Tags are compared weakly, because proxies that compress a response make its tag weak.
 */
export function matchesEtag(etag: string, ifNoneMatch: string | undefined): boolean {
  const tags: readonly string[] = ifNoneMatch?.match(/"[^"]*"/g) ?? [];
  return ifNoneMatch?.trim() === '*' || tags.includes(etag);
}
