import type { StackAddresses } from './stack-file.ts';

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

/**
 * Prints what a user needs once everything runs: the addresses, and a first request to copy.
 * @param started by `performance.now()`
 */
export function greet(addresses: StackAddresses, started: number, auth: keyof typeof CREDENTIALS): void {
  const { api, dataApi } = addresses;
  const places = {
    API: api,
    Console: new URL('/console', api).href,
    Docs: new URL('/docs', api).href,
    Postgres: withoutPassword(addresses.postgres),
    ...(dataApi !== undefined && { 'Data API': dataApi }),
    Queue: addresses.queueUrl,
    'Dead letters': addresses.deadLetterQueueUrl,
  };
  const list = Object.entries(places).map(([name, place]) => `  ${name.padEnd(14)}${place}`);
  const { steps, option } = CREDENTIALS[auth];
  const requests = [
    ...steps,
    `curl -i ${api}/orders${option} -d '{"order_id":"ORD-1","user_id":7,"item_ids":[1,2],"total_amount":19.99}'`,
    `curl ${api}/orders/ORD-1${option}`,
    `curl ${api}/metrics${option}`,
  ];
  console.log(`
Ready after ${((performance.now() - started) / 1000).toFixed(1)} s. Ctrl-C stops it.

${list.join('\n')}

Try it:

${requests.map((request) => `  ${request}`).join('\n')}
`);
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
