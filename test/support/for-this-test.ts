import { afterEach } from '@jest/globals';

const opened: { close(): Promise<unknown> }[] = [];

/**
 * Closes what a test opens when the test is over, also if it failed: a session that stays open keeps its locks,
 * and a server that stays open keeps jest running. The last one opened is closed first, before the file's own `afterEach`.
 */
export async function forThisTest<T extends { close(): Promise<unknown> }>(opening: Promise<T>): Promise<T> {
  const resource = await opening;
  opened.push(resource);
  return resource;
}

afterEach(async () => {
  for (const resource of opened.splice(0).reverse()) await resource.close();
});
