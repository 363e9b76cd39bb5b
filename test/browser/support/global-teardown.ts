import { once } from 'node:events';

/** Ends the stack, which removes what it wrote. */
export default async function tearDown(): Promise<void> {
  const stack = globalThis.browserStack;
  if (!stack?.connected) return;
  const exit = once(stack, 'exit');
  stack.disconnect();
  await exit;
}
