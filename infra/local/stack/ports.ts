import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../user-error.ts';

export interface PortUse {
  readonly port: number;
  /** The user of the port, as a noun: "the HTTP API". */
  readonly purpose: string;
  /** The environment variable that changes it. */
  readonly variable: string;
  /** True if it speaks HTTP: browsers and `fetch` reject some ports. */
  readonly http?: boolean;
}

/** How often a port that must become free is tried. */
const RETRY_MS = 100;

/**
 * @param patienceMs how long to wait for ports to become free; 0 for a single attempt
 * @throws UserError that names the first port that cannot be used, its user, and the variable that changes it
 */
export async function requireFreePorts(uses: readonly PortUse[], patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (const use of uses) {
    let refusal = await refusalOf(use.port);
    while (refusal === 'EADDRINUSE' && Date.now() < deadline) {
      await delay(RETRY_MS);
      refusal = await refusalOf(use.port);
    }
    const what = `Port ${use.port}, for ${use.purpose}, is`;
    if (refusal === 'EADDRINUSE')
      throw new UserError(`${what} in use by another program; stop that, or set ${use.variable} to a free port.`);
    if (refusal) throw new UserError(`${what} refused (${refusal}); set ${use.variable} to another.`);
    if (use.http && (await isBadPort(use.port)))
      throw new UserError(
        `${what} one that browsers and fetch refuse ("bad port" in the Fetch standard); set ${use.variable} to another.`,
      );
  }
}

/** Why the port cannot be used, or undefined. `localhost` may be either loopback address, so both are tried. */
async function refusalOf(port: number): Promise<string | undefined> {
  const onIpv4 = await listenOnce(port, '127.0.0.1');
  if (onIpv4) return onIpv4;
  const onIpv6 = await listenOnce(port, '::1');
  return onIpv6 === 'EADDRINUSE' ? onIpv6 : undefined;
}

/** Uses `fetch` itself, which rejects such a port before it connects; any other port is known to be free here. */
async function isBadPort(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    () => false,
    ({ cause }: { cause?: { message?: string } }) => cause?.message === 'bad port',
  );
}

function listenOnce(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
