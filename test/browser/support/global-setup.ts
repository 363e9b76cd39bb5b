import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from '../../../infra/local/settings.ts';
import { makeStackHome, type StackHome, StackProcess } from '../../stack/stack-process.ts';
import { findChromium } from './chromium.ts';
import tearDown from './global-teardown.ts';

declare global {
  /** From set-up to teardown, which run in one process. */
  var browserStack: { readonly home: StackHome; readonly stack: StackProcess } | undefined;
}

/** Starts one stack that asks callers for a key, and tells the tests where it is and which keys it knows. */
export default async function setUp(): Promise<void> {
  const chromium = findChromium();
  const { env, ...place } = await makeStackHome();
  const PROCESSOR = join(import.meta.dirname, 'processor.ts');
  const home = { ...place, env: { ...env, AUTH: 'api-key', PROCESSOR } };
  const stack = new StackProcess('start', home.env);
  globalThis.browserStack = { home, stack };
  try {
    await stack.says('Ready after');
    Object.assign(process.env, {
      CHROMIUM: chromium,
      STACK_DIRECTORY: home.directory,
      KEY_OF_OPERATOR: await createKey(home, 'orders:read,orders:write,orders:admin,metrics:read'),
      KEY_OF_READER: await createKey(home, 'orders:read,metrics:read'),
    });
  } catch (error) {
    await tearDown();
    throw new Error(`The stack for the tests did not start; it wrote:\n${stack.output}`, { cause: error });
  }
}

async function createKey({ env }: StackHome, scopes: string): Promise<string> {
  const command = ['keys', 'create', '--owner', 'operations', '--name', 'console', '--scopes', scopes, '--json'];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(REPOSITORY, 'infra/cli/orders.ts'), ...command],
    { cwd: REPOSITORY, env },
  );
  return (JSON.parse(stdout) as { key: string }).key;
}
