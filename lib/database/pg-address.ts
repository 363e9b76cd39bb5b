/** The parts of `postgres://user@host:5432/name`. */
interface PgAddress {
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
 * True if the host is an RDS Proxy, by the form of its endpoints. RDS Proxy rejects a connection with settings such as
 * the statement timeout ("RDS Proxy currently doesn't support command-line options"); its own InitQuery sets them.
 */
export function isRdsProxy(url: string): boolean {
  return /\.proxy-[a-z0-9]+\.[a-z0-9-]+\.rds\.amazonaws\.com(\.cn)?$/.test(URL.parse(url)?.hostname ?? '');
}
