import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/**
 * A request that neither browsers nor `fetch` can send: with any Host, duplicate headers, and a path that is
 * not normalized.
 * @param headers alternating names and values; a Host is added if it is missing
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
