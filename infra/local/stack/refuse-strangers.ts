import type { IncomingHttpHeaders } from 'node:http';

const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Why a server of the local stack must reject a request, or undefined if it may serve it. A browser sends the requests
 * of any page to this machine, so listening only on loopback is not enough: `Host` must be a loopback name, because a
 * page whose domain resolves to 127.0.0.1 would otherwise share its origin with this server (DNS rebinding), and
 * `Origin` must be the server's own or an allowed one.
 * @param allowedOrigins in addition to the server's own, as browsers send them; `*` is any
 */
export function refusalOf({ host = '', origin }: IncomingHttpHeaders, allowedOrigins: readonly string[] = []) {
  if (!isLoopback(host)) return `Host "${host}" is refused: this server serves only ${LOOPBACK.join(', ')}.`;
  if (origin === undefined || isOwn(origin, host) || allowedOrigins.some((one) => one === '*' || one === origin))
    return;
  return `Origin "${origin}" is refused: CORS_ALLOW_ORIGINS names the origins whose pages may call the API.`;
}

/** True if a page of this server makes the request. */
export function isOwn(origin: string, host: string): boolean {
  return [`http://${host}`, `https://${host}`].includes(origin);
}

function isLoopback(host: string): boolean {
  const url = URL.parse(`http://${host}`);
  // The second condition allows only a name and a port.
  return url !== null && LOOPBACK.includes(url.hostname) && /^[\w.[\]:-]+$/.test(host);
}
