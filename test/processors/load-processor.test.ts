import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../lib/config.ts';
import { ConfigError } from '../../lib/errors.ts';
import { loadProcessor } from '../../lib/processors/load-processor.ts';
import type { ProcessorOrder, Step, WaitFor } from '../../lib/processors/processor.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { effects } from './modules/shop.ts';
import { answerWith, type Receiver, startReceiver } from './receiver.ts';
import '../support/starts-processes.ts';
import { anAttempt, NO_DETAILS } from '../support/attempt.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const SECRET = `whsec_${Buffer.alloc(24, 'k').toString('base64')}`;
const ORDER: ProcessorOrder = {
  orderId: 'order-1',
  userId: 7,
  itemIds: [],
  totalAmount: '9.50',
  ...NO_DETAILS,
  createdAt: new Date(0),
};

const settings = (env: NodeJS.ProcessEnv) =>
  loadConfig({ DATABASE_URL: 'postgres://localhost/orders', QUEUE_URL: 'http://localhost/orders', ...env });

const load = (env: NodeJS.ProcessEnv) => loadProcessor(settings(env));

const run = async (env: NodeJS.ProcessEnv) => (await load(env))(ORDER, anAttempt(ORDER.orderId));

describe('the settings of processors', () => {
  test.each(['webhok', 'charge-card.ts', 'processors/charge-card.ts', 'SIMULATED'])(
    'PROCESSOR cannot be %s',
    (PROCESSOR) => {
      expect(() => settings({ PROCESSOR })).toThrow(
        'Bad configuration: PROCESSOR must be simulated, webhook, or the path of a module that begins with ./, ../ or /',
      );
    },
  );

  test.each([
    'https://example.com/orders',
    'http://localhost:1',
    'http://127.0.0.1:1/x',
    'http://127.1.2.3',
    'http://[::1]:1',
  ])('WEBHOOK_URL can be %s', (WEBHOOK_URL) => {
    expect(settings({ WEBHOOK_URL }).WEBHOOK_URL).toBe(WEBHOOK_URL);
  });

  test.each([
    'http://example.com',
    'http://10.0.0.1',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'https://user:password@example.com',
    'ftp://localhost',
    'example.com',
  ])('WEBHOOK_URL cannot be %s', (WEBHOOK_URL) => {
    expect(() => settings({ WEBHOOK_URL })).toThrow('Bad configuration: WEBHOOK_URL must be a URL');
  });

  test.each([24, 32, 64])('a WEBHOOK_SECRET can have %d bytes', (length) => {
    const key = Buffer.alloc(length, 1);
    expect(settings({ WEBHOOK_SECRET: `whsec_${key.toString('base64')}` }).WEBHOOK_SECRET).toEqual([key]);
  });

  test('a second WEBHOOK_SECRET can follow the first', () => {
    expect(settings({ WEBHOOK_SECRET: `${SECRET} ${SECRET}` }).WEBHOOK_SECRET).toHaveLength(2);
  });

  test.each([
    ['too short', `whsec_${Buffer.alloc(23).toString('base64')}`],
    ['too long', `whsec_${Buffer.alloc(65).toString('base64')}`],
    ['without its prefix', SECRET.slice('whsec_'.length)],
    ['a key of the other kind', SECRET.replace('whsec_', 'whsk_')],
    ['no base64', `whsec_${'?'.repeat(32)}`],
    ['base64 with something in it', `${SECRET.slice(0, 20)} ${SECRET.slice(20)}`],
    ['base64url', `whsec_${Buffer.alloc(24, 0xff).toString('base64url')}`],
    ['more than two', `${SECRET} ${SECRET} ${SECRET}`],
  ])('a WEBHOOK_SECRET that is %s is rejected, and not printed', (_, WEBHOOK_SECRET) => {
    const refusal = capture(() => settings({ WEBHOOK_SECRET }));

    expect(refusal).toBeInstanceOf(ConfigError);
    expect(refusal.message).toContain('WEBHOOK_SECRET must be whsec_ and the base64 of 24 to 64 random bytes');
    for (const part of WEBHOOK_SECRET.split(' ')) expect(refusal.message).not.toContain(part);
  });

  test.each(['WEBHOOK_TIMEOUT', 'WEBHOOK_URLS', 'WEBHOOK_SECRETS'])('%s is rejected as a misspelling', (name) => {
    expect(() => settings({ [name]: '1' })).toThrow(`${name} is not a setting of this service`);
  });

  test('variables of Windows and of other programs are not settings', () => {
    expect(() => settings({ PROCESSOR_LEVEL: '6', WEBHOOK_PORT: '1' })).not.toThrow();
  });

  test.each([
    [{}, 'WEBHOOK_URL and WEBHOOK_SECRET'],
    [{ WEBHOOK_URL: 'https://example.com' }, 'WEBHOOK_SECRET'],
    [{ WEBHOOK_SECRET: SECRET }, 'WEBHOOK_URL'],
  ])('a webhook with %j reports what is missing', async (env, missing) => {
    await expect(load({ PROCESSOR: 'webhook', ...env })).rejects.toThrow(
      new ConfigError(`Bad configuration: PROCESSOR is webhook, which needs ${missing} to be set`),
    );
  });
});

describe('the processor that PROCESSOR names', () => {
  let receiver: Receiver;

  // One for all, since the module reads its setting once.
  beforeAll(async () => {
    receiver = await startReceiver();
    process.env.BANK_URL = receiver.url;
  });

  beforeEach(() => {
    receiver.requests.length = 0;
    receiver.answer = answerWith(200);
  });

  afterAll(async () => {
    delete process.env.BANK_URL;
    await receiver.close();
  });

  test('the default processor is simulated', async () => {
    await expect(run({ PROCESSING_DELAY_MS: '0' })).resolves.toBeUndefined();
  });

  test('the processor webhook posts to WEBHOOK_URL', async () => {
    await run({ PROCESSOR: 'webhook', WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: SECRET });

    expect(receiver.requests).toHaveLength(1);
  });

  test('the processor webhook waits for WEBHOOK_TIMEOUT_MS', async () => {
    // Of its own: on a busy machine the request can arrive after the timeout, among those of the next test.
    const silent = await forThisTest(startReceiver());
    silent.answer = () => {};
    const env = { PROCESSOR: 'webhook', WEBHOOK_URL: silent.url, WEBHOOK_SECRET: SECRET, WEBHOOK_TIMEOUT_MS: '100' };

    await expect(run(env)).rejects.toMatchObject({ code: 'webhook_timeout' });
  });

  test.each([
    ['relative to the working directory', './test/processors/modules/charge-card.ts'],
    ['absolute', join(REPOSITORY, 'test/processors/modules/charge-card.ts')],
  ])('a processor can be your own module by its path, %s', async (_, PROCESSOR) => {
    await run({ PROCESSOR });
    expect(receiver.requests).toMatchObject([
      { headers: { 'idempotency-key': anAttempt('order-1').idempotencyKey }, body: '{"amount":"9.50"}' },
    ]);

    receiver.answer = answerWith(402);
    await expect(run({ PROCESSOR })).rejects.toMatchObject({ name: 'PermanentFailure', code: 'card_declined' });
    receiver.answer = answerWith(503);
    await expect(run({ PROCESSOR })).rejects.toMatchObject({ name: 'TransientFailure', code: 'bank_unavailable' });
  });

  test.each([
    [
      'no-such-file',
      ', but .*no-such-file\\.ts does not exist .for a deployment, add it to lib/processors/bundled\\.ts',
    ],
    ['no-default', ', which has no function as default export$'],
    ['no-function', ', which has no function as default export$'],
    ['throws', ', which could not be loaded: .*/throws\\.ts:1: CARD_KEY is not set$'],
  ])('a processor that cannot be loaded because of %s is reported clearly', async (name, problem) => {
    const PROCESSOR = `./test/processors/modules/${name}.ts`;
    const [outcome] = await Promise.allSettled([load({ PROCESSOR })]);

    const error = (outcome as PromiseRejectedResult).reason;
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(new RegExp(`^Bad configuration: PROCESSOR is ${PROCESSOR}${problem}`));
  });
});

describe('docs/processors.md', () => {
  const fromDocs = async (language: string, beginning: string): Promise<string> => {
    const page = await readFile(join(REPOSITORY, 'docs/processors.md'), 'utf8');
    const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
    const block = blocks.find(([, its, code]) => its === language && code?.startsWith(beginning));
    if (!block?.[2]) throw new Error(`docs/processors.md has no ${language} that begins with ${beginning}`);
    return block[2];
  };

  test.each([
    ['fulfil-order', 'import type { Processor }'],
    ['charge-card', 'import { PermanentFailure'],
  ])('docs/processors.md shows the module %s that these tests run', async (name, beginning) => {
    const module = await readFile(join(REPOSITORY, `test/processors/modules/${name}.ts`), 'utf8');

    expect(await fromDocs('ts', beginning)).toBe(module.replace('../../../lib/', '../lib/'));
  });

  test('the processor with three steps in docs/processors.md passes results and idempotency keys on', async () => {
    const processor = await load({ PROCESSOR: './test/processors/modules/fulfil-order.ts' });
    const step: Step = async (name, run) =>
      (await run({ idempotencyKey: `key-of-${name}`, signal: AbortSignal.any([]) })) as never;

    const waitFor: WaitFor = async (name) => ({ id: `parcel-${name === 'shipped' ? 1 : 2}` }) as never;

    await processor({ ...ORDER, itemIds: [1, 2] }, anAttempt(ORDER.orderId, { step, waitFor }));

    expect(effects).toEqual([
      'reserve 1,2 key-of-reserve',
      'charge 9.50 key-of-charge',
      'send 7 hold-1,charge-1,parcel-1 key-of-notify',
    ]);
  });

  test('the line in lib/processors/bundled.ts puts a module into the bundle, with its failure classes', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'bundle-'));
    try {
      const line = await fromDocs('ts', "'./processors/charge-card.ts'");
      const files = {
        'bundled.ts': `export const bundledProcessors = {\n${line}};`,
        'entry.ts': ENTRY,
      };
      for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
      await writeFile(join(directory, 'build.mjs'), BUILD);
      const node = promisify(execFile).bind(undefined, process.execPath);
      await node([join(directory, 'build.mjs'), REPOSITORY, directory], { cwd: REPOSITORY });
      const { stdout } = await node([join(directory, 'out.mjs')], { cwd: directory });

      expect(stdout).toBe('PermanentFailure card_declined true\n');
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

/** A bundle's entry, which runs the processor against a bank that declines. */
const ENTRY = `
  import { createServer } from 'node:http';
  import { loadConfig } from 'lib/config.ts';
  import { loadProcessor } from 'lib/processors/load-processor.ts';
  import { PermanentFailure } from 'lib/processors/processor.ts';
  const bank = createServer((_, response) => response.writeHead(402).end()).listen(0, '127.0.0.1', async () => {
    process.env.BANK_URL = 'http://127.0.0.1:' + bank.address().port;
    const PROCESSOR = './processors/charge-card.ts';
    const config = loadConfig({ DATABASE_URL: 'postgres://localhost/o', QUEUE_URL: 'http://localhost/o', PROCESSOR });
    const processor = await loadProcessor(config);
    const context = { idempotencyKey: 'key-1', signal: new AbortController().signal };
    await processor({ orderId: 'order-1', totalAmount: '9.50' }, context).catch((error) =>
      console.log(error.name, error.code, error instanceof PermanentFailure));
    bank.close();
  });`;

/** Run on its own, because esbuild does not work inside jest's context. */
const BUILD = `
  import { createRequire } from 'node:module';
  import { join, resolve } from 'node:path';
  const [repository, directory] = process.argv.slice(2);
  const { build } = createRequire(join(repository, 'package.json'))('esbuild');
  const redirect = (filter, path) => ({
    name: String(filter),
    setup: ({ onResolve }) => onResolve({ filter }, (asked) => ({ path: path(asked) })),
  });
  await build({
    entryPoints: [join(directory, 'entry.ts')],
    outfile: join(directory, 'out.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    // As infra/deploy/bundle.ts has it, for CommonJS packages.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    nodePaths: [join(repository, 'node_modules')],
    plugins: [
      redirect(/^lib\\//, ({ path }) => resolve(repository, path)),
      redirect(/\\/bundled\\.ts$/, () => join(directory, 'bundled.ts')),
      redirect(/\\/processors\\/charge-card\\.ts$/, () => resolve(repository, 'test/processors/modules/charge-card.ts')),
    ],
  });`;

function capture(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
