import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

interface Exchange {
  readonly server: Server;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Runs the listeners of the server. */
  readonly pass: () => void;
}

/**
 * Calls a function before the listeners of every HTTP server in this process, which it may pass the exchange on to.
 * Serverless Offline does not give its servers away, so each is found by the first request that it receives; Node
 * publishes that before it emits the request.
 * @returns a function that leaves servers alone that have not received a request yet
 */
export function interceptRequests(intercept: (exchange: Exchange) => void): () => void {
  const intercepted = new WeakSet<Server>();
  const onRequest = (message: unknown) => {
    const { server } = message as { server: Server };
    if (intercepted.has(server)) return;
    intercepted.add(server);
    // The second is emitted instead of the first when a client sends `Expect: 100-continue`.
    for (const event of ['request', 'checkContinue'] as const) {
      const listeners = server.listeners(event) as Listener[];
      if (listeners.length === 0) continue;
      server.removeAllListeners(event);
      server.on(event, (request, response) => {
        const pass = () => {
          for (const listener of listeners) listener.call(server, request, response);
        };
        intercept({ server, request, response, pass });
      });
    }
  };
  subscribe('http.server.request.start', onRequest);
  return () => void unsubscribe('http.server.request.start', onRequest);
}

type Listener = (this: Server, request: IncomingMessage, response: ServerResponse) => void;
