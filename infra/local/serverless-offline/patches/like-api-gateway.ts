import { subscribe } from 'node:diagnostics_channel';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ROUTES } from '../../../../lib/routes.ts';
import { isOwn, refusalOf } from '../../stack/refuse-strangers.ts';
import { interceptRequests } from './intercept-requests.ts';
import { withRequestId } from './request-id.ts';
import { takeTurns } from './take-turns.ts';

export interface Gateway {
  /**
   * The port of the HTTP API. Serverless Offline also opens Lambda's own API, which would run any function without an
   * authorizer.
   */
  readonly port: number;
  /** CORS_ALLOW_ORIGINS */
  readonly allowedOrigins: readonly string[];
}

interface Refusal {
  readonly status: number;
  readonly message: string;
}

/**
 * Makes Serverless Offline receive what API Gateway would pass on: normalized headers, an id, and requests to known
 * routes only. Requests that a browser sends for a page of another origin are also rejected, on every port of the
 * process.
 */
export function behaveLikeApiGateway(gateway: Gateway): void {
  // Not in the interception: what Node emits depends on `Expect`.
  subscribe('http.server.request.start', (message) => {
    translateHeaders((message as { request: IncomingMessage }).request);
  });
  const inTurn = takeTurns();
  interceptRequests(({ server, request, response, pass }) => {
    const refusal = refusalFor(request, (server.address() as AddressInfo).port, gateway);
    if (refusal === undefined) return inTurn(() => withRequestId(response, pass));
    response.writeHead(refusal.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ message: refusal.message }));
  });
}

/**
 * With these headers, Serverless Offline lets a client forge the authorizer's decision. It also rejects requests whose
 * cookies, which other applications on this machine may have set, are invalid for hapi. No function reads either.
 */
const DROPPED: readonly string[] = ['sls-offline-authorizer-override', 'cookie'];

/**
 * The headers that hapi and Serverless Offline may see: because of others, hapi would compress, cut or reject what API
 * Gateway does not. The events of the functions are built from the raw headers, so these still contain every header
 * that was sent.
 */
const SEEN_BY_HAPI: readonly string[] = [
  'host',
  'origin',
  'access-control-request-method',
  'access-control-request-headers',
  'authorization',
  'content-length',
  'transfer-encoding',
  'user-agent',
];

/** Names in lower case, with duplicates joined by a comma ("Payload format version", API Gateway Developer Guide). */
function translateHeaders(request: IncomingMessage): void {
  const joined = new Map<string, string>();
  const { rawHeaders } = request;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = String(rawHeaders[index]).toLowerCase();
    const value = String(rawHeaders[index + 1]);
    const before = joined.get(name);
    if (!DROPPED.includes(name)) joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  request.rawHeaders = [...joined].flat();
  request.headers = {
    ...(Object.fromEntries([...joined].filter(([name]) => SEEN_BY_HAPI.includes(name))) as IncomingHttpHeaders),
    // Without 100-continue, a client waits for a second before it sends a large body; Node rejects any other value.
    ...(/100-continue/i.test(joined.get('expect') ?? '') && { expect: '100-continue' }),
    // Serverless Offline hides bytes that are not UTF-8 from the function, unless the request says that it is binary.
    'content-type': 'application/octet-stream',
  };
}

function refusalFor(request: IncomingMessage, port: number, { port: apiPort, allowedOrigins }: Gateway) {
  if (port !== apiPort) return { status: 403, message: 'Forbidden' };
  const stranger = refusalOf(request.headers, allowedOrigins);
  if (stranger !== undefined) return { status: 403, message: stranger };
  const { origin, host = '' } = request.headers;
  // Serverless Offline adds CORS headers to the response for every Origin that it sees, which same-origin pages do not
  // need.
  if (origin !== undefined && isOwn(origin, host)) delete request.headers.origin;
  return isPreflight(request) ? undefined : routeRefusal(request.method ?? '', request.url ?? '');
}

/** API Gateway handles these itself, for every path, once CORS is configured. */
function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined;
}

/** API Gateway's response for paths and methods without a route. hapi would normalize the path first. */
function routeRefusal(method: string, target: string): Refusal | undefined {
  const [path = ''] = target.split('?', 1);
  const segments = path.split('/');
  if (segments.some((segment) => decoded(segment) === undefined)) return { status: 400, message: 'Bad Request' };
  const isKnown = ROUTES.some((route) => route.method === method && matches(route.path.split('/'), segments));
  return isKnown ? undefined : { status: 404, message: 'Not Found' };
}

function matches(template: readonly string[], segments: readonly string[]): boolean {
  return (
    template.length === segments.length &&
    template.every((part, index) =>
      part.startsWith('{') ? !MOVING.includes(decoded(segments[index] ?? '') ?? '') : part === segments[index],
    )
  );
}

/** Segments that would change the path if it were normalized. */
const MOVING: readonly string[] = ['', '.', '..'];

/** A segment without its percent-encoding; undefined if it is malformed. */
function decoded(segment: string): string | undefined {
  if (/[\\#]/.test(segment)) return undefined;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
