import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ReceivedRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Somebody else's HTTP server on loopback. */
export interface Receiver {
  readonly url: string;
  /** What was asked so far, in its order. */
  readonly requests: ReceivedRequest[];
  /** Its response from now on; 200 at first. */
  answer: (response: ServerResponse) => void;
  /** Connections that are open now. */
  readonly connections: number;
  close(): Promise<void>;
}

/** @param tls key and certificate, in PEM; plain HTTP without. */
export async function startReceiver(tls?: { readonly key: string; readonly cert: string }): Promise<Receiver> {
  const sockets = new Set<Socket>();
  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    receiver.requests.push({ method: request.method, path: request.url, headers: request.headers, body });
    receiver.answer(response);
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const receiver: Receiver = {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/orders`,
    requests: [],
    answer: answerWith(200),
    get connections() {
      return sockets.size;
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
  return receiver;
}

/** A response with this status and a body. */
export function answerWith(status: number, headers: Record<string, string> = {}) {
  return (response: ServerResponse): void => {
    response.writeHead(status, headers);
    response.end(status === 204 || status === 304 ? undefined : `{"status":${status}}`);
  };
}
