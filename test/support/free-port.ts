import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that systems use for outgoing connections (Linux from 32,768 on, others from 49,152). On a busy machine, an
 * outgoing connection sometimes took a port before the server that it was meant for.
 */
const LOWEST = 20_000;
const HIGHEST = 32_767;

/**
 * Each worker of jest has its own share of the ports, and goes through it one after another: so no test gets a port that another
 * one, of any file, has been given and does not listen on at this moment.
 */
const SHARES = 16;
const SIZE = Math.floor((HIGHEST + 1 - LOWEST) / SHARES);
const FIRST = LOWEST + (Number(process.env.JEST_WORKER_ID ?? 0) % SHARES) * SIZE;
let next = randomInt(SIZE);

/** Different ports that are free now. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = FIRST + (next % SIZE);
    next += 1;
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  await once(server.close(), 'close');
  return true;
}
