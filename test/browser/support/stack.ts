import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from '../../../infra/local/stack/settings.ts';
import { makeStackHome, type StackHome, StackProcess } from '../../stack/stack-process.ts';

/**
 * The stack of the browser tests, as a separate process: when the channel to jest closes, however jest ended, it stops
 * the stack and removes what it wrote. It tells jest where the stack is, and which keys it knows.
 */
const { env, ...place } = await makeStackHome();
const PROCESSOR = join(import.meta.dirname, 'processor.ts');
const home: StackHome = { ...place, env: { ...env, AUTH: 'api-key', PROCESSOR } };
const stack = new StackProcess('start', home.env);
const jestIsGone = once(process, 'disconnect');

try {
  await Promise.race([announce(), jestIsGone]);
  if (process.connected) await jestIsGone;
} catch (error) {
  console.error(`The stack for the browser tests did not start. It wrote:\n${stack.output}\n`, error);
  process.exitCode = 1;
} finally {
  if (stack.running) stack.pressCtrlC();
  await stack.exit;
  await home.remove();
}
// Without this, the channel would keep the process of a failed start alive.
process.exit();

async function announce(): Promise<void> {
  await stack.says('Ready after');
  process.send?.({
    STACK_DIRECTORY: home.directory,
    KEY_OF_OPERATOR: await createKey('orders:read,orders:write,orders:admin,metrics:read'),
    KEY_OF_READER: await createKey('orders:read,metrics:read'),
    KEY_WITHOUT_METRICS: await createKey('orders:read,orders:write,orders:admin'),
  });
}

/** As an operator makes one. */
async function createKey(scopes: string): Promise<string> {
  const command = ['keys', 'create', '--owner', 'operations', '--name', 'console', '--scopes', scopes, '--json'];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(REPOSITORY, 'cli/orders.ts'), ...command],
    { cwd: REPOSITORY, env: home.env },
  );
  return (JSON.parse(stdout) as { key: string }).key;
}
