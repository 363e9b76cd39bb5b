import { once } from 'node:events';

/** Ends the servers, which remove their files. */
export default async function tearDown(): Promise<void> {
  const servers = globalThis.testServers;
  if (!servers?.connected) return;
  const exit = once(servers, 'exit');
  servers.disconnect();
  await exit;
}
