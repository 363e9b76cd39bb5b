import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeStackHome, type StackHome, StackProcess } from './stack-process.ts';

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
  test.each(['abc', '0', '65536', '80.5', '-1', ' '])('when PORT is "%s"', async (PORT) => {
    expect(await refusal({ PORT })).toBe(`PORT must be a port, a whole number from 1 to 65535, and is "${PORT}".`);
  });

  test('when two ports are one', async () => {
    expect(await refusal({ PORT: '4000', QUEUE_PORT: '4000' })).toContain('PORT and QUEUE_PORT are both 4000');
  });

  test('when it is one of the functions', async () => {
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
  ])('is named, with what it is for and how to choose another: %s', async (variable, purpose, host) => {
    const port = Number(home.env[variable]);
    other = createServer().listen(port, host);
    await once(other, 'listening');
    expect(await refusal({})).toBe(
      `Port ${port}, for ${purpose}, is in use by another program; stop that, or set ${variable} to a free port.`,
    );
    await once(other.close(), 'close');
  });
});
