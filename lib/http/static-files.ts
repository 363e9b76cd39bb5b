import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { etagOf, matchesEtag } from './etag.ts';

interface StaticFolder {
  /** Absolute, or relative to the working directory, which on Lambda is the root of the package. */
  readonly directory: string;
  /** The file to serve for a request without a file name. */
  readonly index: string;
  /** Where images may come from; from this origin by default. */
  readonly images?: string;
  /** Directives of the Content-Security-Policy in addition to those of every folder. */
  readonly directives?: readonly string[];
}

/** Content-Security-Policy: a page loads only files of this origin, and no other page can show it in a frame. */
function policyOf({ images = "'self'", directives = [] }: StaticFolder): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src ${images}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    ...directives,
  ].join('; ');
}

type Handler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

/** Files of other types are not served. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

/**
 * Serves the files directly in a folder, selected by the path parameter `file`. The folder is listed once, and a request
 * can only select from that list, so that no path from a request ever reaches the file system.
 */
export function serveFolder(folder: StaticFolder): Handler {
  const { directory, index } = folder;
  const policy = policyOf(folder);
  const served = new Set(readdirSync(directory).filter((name) => extname(name) in CONTENT_TYPES));
  const files = new Map<string, Promise<StaticFile>>();
  const fileOf = (name: string) => {
    const file = files.get(name) ?? readStaticFile(join(directory, name));
    files.set(name, file);
    return file;
  };
  return async (event) => {
    const name = event.pathParameters?.file ?? index;
    if (!served.has(name)) return notFound();
    return responseWith(await fileOf(name), event.headers?.['if-none-match'], policy);
  };
}

interface StaticFile {
  readonly content: Buffer;
  readonly contentType: string;
  readonly etag: string;
}

async function readStaticFile(path: string): Promise<StaticFile> {
  const content = await readFile(path);
  return { content, contentType: CONTENT_TYPES[extname(path)] ?? '', etag: etagOf(content) };
}

function responseWith(file: StaticFile, ifNoneMatch: string | undefined, policy: string) {
  const headers = {
    etag: file.etag,
    // The browser revalidates each time and gets 304 unless there was a deployment, so a page never runs a script of another
    // version.
    'cache-control': 'no-cache',
    'content-security-policy': policy,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
  if (matchesEtag(file.etag, ifNoneMatch)) return { statusCode: 304, headers, body: '' };
  const isText = /^text\/|svg/.test(file.contentType);
  return {
    statusCode: 200,
    headers: { ...headers, 'content-type': file.contentType },
    body: file.content.toString(isText ? 'utf8' : 'base64'),
    isBase64Encoded: !isText,
  };
}

function notFound(): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: 404,
    headers: { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' },
    body: JSON.stringify({ status_code: 404, code: 'file_not_found', message: 'File not found' }),
  };
}
