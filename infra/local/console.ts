/** Prints what the stack does, a line each, with the part it is about in front. */
export function report(part: string, line: string): void {
  console.log(`  ${part.padEnd(12)}${line}`);
}

/** What a user needs once everything runs: where it is, and a first request to copy. */
export function greeting(api: string, places: Readonly<Record<string, string>>, seconds: number): string {
  const list = Object.entries(places).map(([name, place]) => `  ${name.padEnd(14)}${place}`);
  return `
Ready after ${seconds.toFixed(1)} s. Ctrl-C stops it.

${list.join('\n')}

Try it:

  curl -i ${api}/orders -d '{"order_id":"ORD-1","user_id":7,"item_ids":[1,2],"total_amount":19.99}'
  curl ${api}/orders/ORD-1
  curl ${api}/metrics
`;
}

/** A URL without its password. */
export function withoutPassword(url: string): string {
  return url.replace(/^([a-z]+:\/\/[^:@/]*):[^@/]*@/, '$1:***@');
}
