import { afterEach } from '@jest/globals';

const opened: { close(): Promise<unknown> }[] = [];

/**
 * Has what a test opens closed when the test is over, also when it failed: a session that stays open keeps its locks,
 * and a server that stays open keeps jest. Last opened, first closed; before the file's own `afterEach`.
 */
export async function forThisTest<T extends { close(): Promise<unknown> }>(opening: Promise<T>): Promise<T> {
  const resource = await opening;
  opened.push(resource);
  return resource;
}

afterEach(async () => {
  for (const resource of opened.splice(0).reverse()) await resource.close();
});
