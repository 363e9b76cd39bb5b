/** Stops the stack, and removes what it wrote. */
export default async function tearDown(): Promise<void> {
  const started = globalThis.browserStack;
  if (!started) return;
  if (started.stack.running) started.stack.pressCtrlC();
  await started.stack.exit;
  await started.home.remove();
}
