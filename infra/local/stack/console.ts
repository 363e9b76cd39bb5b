/** Prints what the stack does, one line per event, prefixed with the part that it concerns. */
export function report(part: string, line: string): void {
  console.log(`  ${part.padEnd(12)}${line}`);
}

/** What a request needs in addition, by AUTH: steps before the first one, and the headers of each one. */
const CREDENTIALS = {
  none: { steps: [], option: '' },
  'api-key': {
    steps: [
      'npm run orders -- keys create --owner me --name me --scopes orders:write,orders:read,metrics:read',
      'KEY=ob_…',
    ],
    option: ' -H "Authorization: Bearer $KEY"',
  },
  jwt: { steps: ['TOKEN=…'], option: ' -H "Authorization: Bearer $TOKEN"' },
};

export interface Greeting {
  readonly api: string;
  readonly places: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly auth: keyof typeof CREDENTIALS;
}

/** What a user needs once everything runs: the addresses, and a first request to copy. */
export function greeting({ api, places, seconds, auth }: Greeting): string {
  const list = Object.entries(places).map(([name, place]) => `  ${name.padEnd(14)}${place}`);
  const { steps, option } = CREDENTIALS[auth];
  const requests = [
    ...steps,
    `curl -i ${api}/orders${option} -d '{"order_id":"ORD-1","user_id":7,"item_ids":[1,2],"total_amount":19.99}'`,
    `curl ${api}/orders/ORD-1${option}`,
    `curl ${api}/metrics${option}`,
  ];
  return `
Ready after ${seconds.toFixed(1)} s. Ctrl-C stops it.

${list.join('\n')}

Try it:

${requests.map((request) => `  ${request}`).join('\n')}
`;
}

/**
 * A database URL in printable form: without its password, and without its query, which may contain another one. A value
 * that is not a URL, or is ambiguous because of a character in the password, is not printed at all.
 */
export function withoutPassword(url: string): string {
  const parsed = URL.parse(url);
  if (!parsed || !url.includes('//') || /@/.test(parsed.pathname + parsed.hash))
    return '(an address that is not a URL)';
  const { protocol, username, password, host, pathname, search } = parsed;
  const user = username || password ? `${username}${password && ':***'}@` : '';
  return `${protocol}//${user}${host}${pathname}${search && '?…'}`;
}
