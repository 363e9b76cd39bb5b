import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BATCH_MS } from '../../infra/local/stack/validate-processor.ts';
import { makeStackHome, type StackHome, StackProcess } from './stack-process.ts';
import '../support/starts-processes.ts';

let home: StackHome;

beforeAll(async () => {
  home = await makeStackHome();
});

afterAll(() => home?.remove());

/** Starts a stack that must not come up. Answers what it says, which has to be one line. */
async function refusal(env: NodeJS.ProcessEnv): Promise<string> {
  const stack = new StackProcess('start', { ...home.env, ...env });
  await stack.endsWith(1);
  const lines = stack.output.trim().split('\n');
  expect(lines).toHaveLength(1);
  return lines[0] as string;
}

describe('a start names the setting that is wrong', () => {
  test.each(['abc', '0', '65536', '80.5', '-1', ' '])('npm start names the setting: PORT is "%s"', async (PORT) => {
    expect(await refusal({ PORT })).toBe(`PORT must be a port, a whole number from 1 to 65535, not "${PORT}".`);
  });

  test.each(['PORT', 'QUEUE_PORT'])('npm start names the setting: %s is a port that fetch blocks', async (variable) => {
    expect(await refusal({ [variable]: '10080' })).toMatch(
      new RegExp(`^Port 10080, for .*, is one that browsers and fetch refuse .*; set ${variable} to another\\.$`),
    );
  });

  test('npm start names both settings if two ports are equal', async () => {
    expect(await refusal({ PORT: '4000', QUEUE_PORT: '4000' })).toContain('PORT and QUEUE_PORT are both 4000');
  });

  test.each([
    ['there is none', './no-such.ts', 'does not exist'],
    ['it is not a module', './README.md', 'could not be loaded: '],
    ['it has no function', './infra/local/stack/settings.ts', 'no function as default export'],
    ['its process ends', './test/processors/modules/ends.ts', 'could not be loaded: its process ended with code 3.'],
  ])('npm start names the setting: PROCESSOR is a path and %s', async (_, PROCESSOR, why) => {
    const line = await refusal({ PROCESSOR });
    expect(line).toContain(`PROCESSOR is ${PROCESSOR}`);
    expect(line).toContain(why);
  });

  test.each([
    ['a syntax error', 'export default async () => {\n  const x = ;\n};\n', 2],
    ['TypeScript that Node does not strip', '\n\nenum Currency { EUR }\n', 3],
    ['an import that does not exist', "import { nope } from 'node:fs';\nnope();\n", 1],
    ['an error while it loads', 'const bank = undefined;\n\n\nbank.url;\n', 4],
  ])('npm start names file and line if PROCESSOR has %s', async (_, source, lineNumber) => {
    const PROCESSOR = join(home.env.LOCAL_DIR ?? '', `processor-${lineNumber}.ts`);
    await mkdir(dirname(PROCESSOR), { recursive: true });
    await writeFile(PROCESSOR, source);
    expect(await refusal({ PROCESSOR })).toContain(`could not be loaded: ${PROCESSOR}:${lineNumber}: `);
  });

  test('npm start names the setting: PROCESSOR is webhook without a URL', async () => {
    expect(await refusal({ PROCESSOR: 'webhook' })).toBe(
      'Bad configuration: PROCESSOR is webhook, which needs WEBHOOK_URL and WEBHOOK_SECRET to be set',
    );
  });

  test.each([
    [{ PROCESSING_DELAY_MS: '10001' }, 'PROCESSING_DELAY_MS'],
    [{ PROCESSOR: 'webhook', WEBHOOK_TIMEOUT_MS: '10001' }, 'WEBHOOK_TIMEOUT_MS'],
  ])('npm start names the setting: %j is longer than the time of a batch', async (env, name) => {
    expect(await refusal(env)).toMatch(
      new RegExp(`^${name} must be at most 10000 on this machine, .*; it is 10001\\.$`),
    );
  });

  test('the time of a batch that npm start assumes is that of serverless.yml', async () => {
    const [, seconds] =
      /\n {2}local:[\s\S]*?processTimeout: (\d+)/.exec(await readFile('serverless.yml', 'utf8')) ?? [];
    expect(Number(seconds) * 1_000).toBe(BATCH_MS);
  });

  test('npm start names a setting of the functions', async () => {
    expect(await refusal({ PROCESSING_DELAY_MS: '2s' })).toContain('PROCESSING_DELAY_MS must be a whole number');
  });
});

describe('a port in use', () => {
  let other: Server;

  afterAll(() => {
    other?.close();
  });

  test.each([
    ['PORT', 'the HTTP API', '127.0.0.1'],
    ['POSTGRES_PORT', 'Postgres', '127.0.0.1'],
    ['QUEUE_PORT', 'the queue server', '0.0.0.0'],
  ])('a port in use is reported with its purpose and how to change it: %s', async (variable, purpose, host) => {
    const port = Number(home.env[variable]);
    other = createServer().listen(port, host);
    await once(other, 'listening');
    expect(await refusal({})).toBe(
      `Port ${port}, for ${purpose}, is in use by another program; stop that, or set ${variable} to a free port.`,
    );
    await once(other.close(), 'close');
  });
});
