import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { pythonEnvironment } from '../../infra/python/python-environment.ts';
import { makeStackHome, type StackHome, type StackProcess, stackFileOf, startStack } from '../stack/stack-process.ts';

/** The first run installs the Python packages. */
jest.setTimeout(180_000);

const DOCUMENT = join(REPOSITORY, 'docs/openapi.json');
const TYPESCRIPT = join(import.meta.dirname, 'typescript');

const OPENAPI_PYTHON_CLIENT = {
  title: 'openapi-python-client',
  name: 'openapi-python-client',
  requirements: ['openapi-python-client'],
  constraints: join(import.meta.dirname, 'python/constraints.txt'),
  takes: 'about half a minute',
};

let home: StackHome;
let stack: StackProcess;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'order-clients-'));
  home = await makeStackHome();
  stack = await startStack(home);
});

afterAll(async () => {
  stack?.pressCtrlC();
  await stack?.exit;
  await home?.remove();
  await rm(directory, { recursive: true });
});

/** Runs a program, and returns its output. @throws with what it has written */
async function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      cwd: directory,
      env: { ...process.env, ...env },
      // Less than jest's, which would not end the program.
      timeout: 120_000,
      killSignal: 'SIGKILL',
    });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
  }
}

const seen = (orderId: string) => ({
  accepted: 202,
  refused: 'order_exists',
  status: 'Completed',
  amount: '19.99',
  listed: [orderId],
});

test('the client that openapi-python-client generates compiles, and creates, reads and lists orders', async () => {
  const python = await pythonEnvironment(OPENAPI_PYTHON_CLIENT, console.log);
  const client = join(directory, 'order_client');
  await run(
    python,
    [
      '-m',
      'openapi_python_client',
      'generate',
      '--path',
      DOCUMENT,
      '--meta',
      'none',
      '--output-path',
      client,
      '--fail-on-warning',
    ],
    // It formats the client with ruff.
    { PATH: `${dirname(python)}${delimiter}${process.env.PATH}` },
  );
  await run(python, ['-m', 'compileall', '-q', client]);
  await cp(join(import.meta.dirname, 'python/program.py'), join(directory, 'program.py'));

  expect(JSON.parse(await run(python, ['program.py', stackFileOf(home).api]))).toEqual(seen('PY-1'));
});

test('the client that @hey-api/openapi-ts generates compiles, and creates, reads and lists orders', async () => {
  // The generator reads tsconfig.json: with nodenext, its imports have extensions.
  for (const file of ['program.ts', 'tsconfig.json', 'package.json'])
    await cp(join(TYPESCRIPT, file), join(directory, file));
  const program = (path: string) => join(TYPESCRIPT, 'node_modules', path);
  await run(process.execPath, [
    program('@hey-api/openapi-ts/bin/run.js'),
    ...['--input', DOCUMENT, '--output', join(directory, 'order-client')],
  ]);
  await run(process.execPath, [program('typescript/bin/tsc'), '--project', 'tsconfig.json']);

  const output = await run(process.execPath, ['compiled/program.js', stackFileOf(home).api]);
  expect(JSON.parse(output)).toEqual(seen('TS-1'));
});
