import { createHash } from 'node:crypto';

/** The entity tag of a content: the same for the same bytes, whichever container answers. */
export function etagOf(content: string | Uint8Array): string {
  return `"${createHash('sha256').update(content).digest('base64url')}"`;
}

/**
 * Whether an If-None-Match names this entity tag (RFC 9110, section 13.1.2: any number of tags, compared weakly, since
 * proxies that compress make a tag weak; or `*`).
 */
export function isNamed(etag: string, ifNoneMatch: string | undefined): boolean {
  const tags: readonly string[] = ifNoneMatch?.match(/"[^"]*"/g) ?? [];
  return ifNoneMatch?.trim() === '*' || tags.includes(etag);
}
