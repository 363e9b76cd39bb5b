import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { interceptRequests } from '../../infra/local/serverless-offline/patches/intercept-requests.ts';
import { nameRequest, withRequestId } from '../../infra/local/serverless-offline/patches/request-id.ts';
import { takeTurns } from '../../infra/local/serverless-offline/patches/take-turns.ts';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { rawRequest } from '../support/raw-request.ts';
import { waitUntil } from '../support/wait-until.ts';
import '../support/starts-processes.ts';

describe('the process of the HTTP API', () => {
  test('the API process starts four requests per turn, in order, so that it can accept connections in between', async () => {
    const inTurn = takeTurns();
    const begun: unknown[] = [];

    for (let n = 1; n <= 6; n++) inTurn(() => begun.push(n));
    expect(begun).toEqual([]);
    await endOfTurn();
    expect(begun).toEqual([1, 2, 3, 4]);
    await endOfTurn();
    expect(begun).toEqual([1, 2, 3, 4, 5, 6]);

    inTurn(() => begun.push(7));
    await endOfTurn();
    expect(begun.at(-1)).toBe(7);
  });

  test('the API process intercepts every request of a server, the first one and those with Expect included', async () => {
    const stop = interceptRequests(({ request, response, pass }) => {
      if (request.url === '/pass') return pass();
      response.end('intercepted');
    });
    // The channel belongs to the process, which runs other test files after this one.
    await forThisTest(Promise.resolve({ close: async () => stop() }));
    const server = createServer((_request, response) => response.end('passed'));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const ask = async (path: string, headers: readonly string[] = []) =>
      (await rawRequest(origin, 'POST', path, headers, 'body')).text;

    expect(await ask('/')).toBe('intercepted');
    expect(await ask('/pass')).toBe('passed');
    expect(await ask('/', ['Expect', '100-continue'])).toBe('intercepted');

    server.close();
    await once(server, 'close');
  });

  test('the API process tells a function when its caller is gone', async () => {
    const context: { callerGone?: AbortSignal } = {};
    const server = createServer((_request, response) =>
      withRequestId(response, () => nameRequest({ requestContext: {} }, context)),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const giveUp = new AbortController();
    const asking = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { signal: giveUp.signal });
    await once(server, 'request');
    expect(context.callerGone?.aborted).toBe(false);

    giveUp.abort();
    await expect(asking).rejects.toThrow('aborted');
    await waitUntil('the function knows', () => context.callerGone?.aborted === true);

    server.close();
    await once(server, 'close');
  });

  test('the patch for Serverless Offline still finds its handler lookup', () => {
    // load-handlers.ts names it; where it has moved, requests would be served, but slower and without their ids.
    const offline = join(REPOSITORY, 'node_modules/serverless-offline/src/lambda/handler-runner');
    const runner = readFileSync(join(offline, 'in-process-runner/InProcessRunner.js'), 'utf8');
    expect(runner).toContain('import { load } from "./aws-lambda-ric/UserFunction.js"');
  });
});
