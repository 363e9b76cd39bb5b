import type { IncomingHttpHeaders } from 'node:http';

const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Why a server of the local stack must not answer a request, or undefined when it may. A browser sends the requests of any
 * page to this machine, so being reachable on loopback only is not enough: `Host` must be a loopback name, since a page
 * whose domain name resolves to 127.0.0.1 shares its origin with us otherwise (DNS rebinding), and `Origin` must be our own
 * or one that was allowed.
 *
 * @param allowedOrigins besides our own, as browsers send them; `*` is any.
 */
export function refusalOf({ host = '', origin }: IncomingHttpHeaders, allowedOrigins: readonly string[] = []) {
  if (!isLoopback(host)) return `Host "${host}" is refused: this server answers to ${LOOPBACK.join(', ')} only.`;
  if (origin === undefined || isOwn(origin, host) || allowedOrigins.some((one) => one === '*' || one === origin))
    return;
  return `Origin "${origin}" is refused: CORS_ALLOW_ORIGINS names the origins whose pages may call the API.`;
}

/** Whether a page that this server has sent makes the request. */
export function isOwn(origin: string, host: string): boolean {
  return [`http://${host}`, `https://${host}`].includes(origin);
}

function isLoopback(host: string): boolean {
  const url = URL.parse(`http://${host}`);
  // The second condition leaves nothing but a name and a port.
  return url !== null && LOOPBACK.includes(url.hostname) && /^[\w.[\]:-]+$/.test(host);
}
