/** The parts of `postgres://user@host:5432/name`. */
export interface PgAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

export function addressOf(url: string): PgAddress {
  const { hostname, port, username, pathname } = new URL(url);
  return {
    host: hostname,
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    database: decodeURIComponent(pathname.slice(1)),
  };
}

/**
 * Whether an RDS Proxy answers there, by the form of its endpoints. It refuses a connection that comes with settings such
 * as the statement time-out ("RDS Proxy currently doesn't support command-line options"); its own InitQuery sets those.
 */
export function isRdsProxy(url: string): boolean {
  return /\.proxy-[a-z0-9]+\.[a-z0-9-]+\.rds\.amazonaws\.com(\.cn)?$/.test(URL.parse(url)?.hostname ?? '');
}
