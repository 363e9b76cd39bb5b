import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/**
 * A request as no browser and no `fetch` would send it: with any Host, with headers that come twice, and with a path that is
 * not normalized.
 * @param headers names and values in turn; a Host is added unless one is there.
 */
export async function rawRequest(
  server: string,
  method: string,
  path: string,
  headers: readonly string[] = [],
  body?: string | Buffer,
): Promise<RawAnswer> {
  const { host, hostname, port } = new URL(server);
  const hasHost = headers.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
  const length = body === undefined ? [] : ['Content-Length', String(Buffer.byteLength(body))];
  const all = [...(hasHost ? [] : ['Host', host]), ...headers, ...length];
  return new Promise((resolve, reject) => {
    const asking = request({ hostname, port, method, path, headers: all as never, setHost: false, agent: false });
    asking.on('response', async (response) => {
      const text = (await buffer(response)).toString();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
    });
    asking.on('error', reject);
    asking.end(body);
  });
}
