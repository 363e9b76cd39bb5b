import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Where the connection is cut, seen from the statement:
 * - `before it is sent`: Postgres never receives it.
 * - `when it was sent`: Postgres runs it, and nobody waits for the reply.
 * - `when it was answered`: it is committed, and the reply is lost.
 */
export type Fault = 'before it is sent' | 'when it was sent' | 'cut after the reply';

/** A faulty network between the service and Postgres. */
export interface TcpProxy {
  /** The URL of the database through the proxy. */
  readonly url: string;
  /** Cuts the connection of the next statements whose text contains this, one cut per statement. */
  cutAt(text: string, ...cuts: Fault[]): void;
  /** The number of cuts that have happened. */
  readonly cutsDone: number;
  /** `silent` accepts connections and forwards nothing, also on existing ones; `closed` refuses connections. */
  become(state: 'open' | 'silent' | 'closed'): Promise<void>;
  close(): Promise<void>;
}

/** Ends of client and server messages (PostgreSQL documentation, 54.7): Sync, and ReadyForQuery. */
const SYNC = Buffer.from([0x53, 0, 0, 0, 4]);
const READY_FOR_QUERY = Buffer.from([0x5a, 0, 0, 0, 5]);
/** Parse of a statement that has a name: `P`, length, name, text. A later Bind has the name only. */
const NAMED_PARSE = /P.{4}([^\0]+)\0([^\0]+)\0/gs;

export async function startTcpProxy(databaseUrl: string): Promise<TcpProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let state: 'open' | 'silent' | 'closed' = 'open';
  let planned: { text: string; cuts: Fault[] } = { text: '', cuts: [] };
  let cutsDone = 0;

  const relay = (client: Socket): void => {
    const server = connect({ host: target.hostname, port: Number(target.port), noDelay: true });
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => {});
    }
    /** The cut in progress on this connection; set when a statement to be cut is seen. */
    let cut: Fault | undefined;
    /** The prepared statements of this connection, by name. */
    const prepared = new Map<string, string>();
    const runs = (bytes: Buffer, text: string): boolean => {
      const sent = bytes.toString('latin1');
      for (const [, name = '', statement = ''] of sent.matchAll(NAMED_PARSE)) prepared.set(name, statement);
      const named = [...prepared].filter(([, statement]) => statement.includes(text));
      return sent.includes(text) || named.some(([name]) => sent.includes(`\0${name}\0`));
    };
    const cutNow = (): void => {
      cutsDone += 1;
      client.destroy();
    };

    client.on('data', (bytes) => {
      if (state !== 'open') return;
      if (runs(bytes, planned.text) && !cut) cut = planned.cuts.shift();
      if (cut === 'before it is sent') {
        cutNow();
        server.destroy();
        return;
      }
      server.write(bytes);
      if (cut === 'when it was sent' && bytes.subarray(-SYNC.length).equals(SYNC)) cutNow();
    });
    server.on('data', (bytes) => {
      if (cut) {
        // Postgres replies after the commit, and then reports that it is ready.
        if (!bytes.subarray(-6, -1).equals(READY_FOR_QUERY)) return;
        if (cut === 'cut after the reply') cutNow();
        server.destroy();
      } else if (state === 'open') client.write(bytes);
    });
    // While a statement without a client still runs, the server's side stays open, as with a half-open connection.
    client.on('close', () => cut === 'when it was sent' || server.destroy());
    server.on('close', () => client.destroy());
  };

  const listen = async (port: number): Promise<Server> => {
    const server = createServer({ noDelay: true }, relay).listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  let listener = await listen(0);
  const { port } = listener.address() as AddressInfo;
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  const shut = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    if (!listener.listening) return;
    listener.close();
    await once(listener, 'close');
  };

  return {
    url: url.href,
    get cutsDone() {
      return cutsDone;
    },
    cutAt(text, ...cuts) {
      planned = { text, cuts };
    },
    async become(next) {
      const wasClosed = state === 'closed';
      // A connection that lost bytes while it was silent cannot be used afterwards.
      if (state === 'silent' && next === 'open') for (const socket of sockets) socket.destroy();
      state = next;
      if (next === 'closed') await shut();
      else if (wasClosed) listener = await listen(port);
    },
    close: shut,
  };
}
