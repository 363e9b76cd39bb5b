import { Server } from 'node:http';

/**
 * Requests that are begun in one turn of the event loop. Each takes some 0.3 ms, and Node accepts one connection a turn:
 * few, so that turns stay short.
 */
const REQUESTS_A_TURN = 4;

/**
 * Lets the requests of HTTP servers begin a few at a time. All that had been read in a turn would begin in it otherwise,
 * so that with hundreds of busy connections turns took hundreds of milliseconds, and a client that connected then was not
 * even accepted for seconds: p99 was 6.6 s with 1,000 connections, and is below 1 s.
 * @param servers the prototype whose servers are meant; those of Serverless Offline by default
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
