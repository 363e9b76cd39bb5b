import { Server } from 'node:http';

/**
 * Requests that start in one turn of the event loop. Each takes about 0.3 ms, and Node accepts one connection per turn:
 * few, so that turns stay short.
 */
const REQUESTS_A_TURN = 4;

/**
 * Makes the requests of HTTP servers start a few at a time. Otherwise, all requests that were read in a turn would
 * start in it, so that with hundreds of busy connections turns took hundreds of milliseconds, and new connections were
 * not even accepted for seconds: p99 was 6.6 s with 1,000 connections, and is below 1 s.
 * @param servers the prototype of the servers; by default that of Serverless Offline
 */
export function takeTurns(servers: Server = Server.prototype): void {
  const emit: Emit = servers.emit;
  const waiting: (() => void)[] = [];
  const beginSome = () => {
    for (const begin of waiting.splice(0, REQUESTS_A_TURN)) begin();
    if (waiting.length > 0) setImmediate(beginSome);
  };
  servers.emit = function (this: Server, event: string, ...args: unknown[]): boolean {
    if (event !== 'request') return emit.call(this, event, ...args);
    if (waiting.push(() => emit.call(this, event, ...args)) === 1) setImmediate(beginSome);
    return true;
  };
}

type Emit = (this: Server, event: string, ...args: unknown[]) => boolean;
