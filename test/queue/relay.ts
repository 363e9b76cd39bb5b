import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * - `pass`: handed on, and answered.
 * - `drop`: the connection breaks before the queue has seen the request.
 * - `lose answer`: the queue has done what it was asked, and the connection breaks before its response.
 * - `hang`: nothing happens, for ever.
 */
export type Fault = 'pass' | 'drop' | 'lose answer' | 'hang';

export interface Relay {
  readonly endpoint: string;
  /** The bodies of all requests so far, in the order of their arrival. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** A bad network between a client and the queue server: it decides what becomes of each request. */
export async function startRelay(target: string, faultOf: (body: string, place: number) => Fault): Promise<Relay> {
  const requests: string[] = [];
  const relay = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = (await buffer(request)).toString();
    const fault = faultOf(body, requests.push(body) - 1);
    if (fault === 'hang') return;
    if (fault === 'drop') {
      request.socket.destroy();
      return;
    }
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
    const answer = await fetch(target, { method: 'POST', headers: headers as Record<string, string>, body });
    const answered = await answer.text();
    if (fault === 'lose answer') request.socket.destroy();
    else response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(answered);
  };
  // A target that does not answer either breaks the connection.
  const server = createServer(
    (request, response) => void relay(request, response).catch(() => request.socket.destroy()),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
