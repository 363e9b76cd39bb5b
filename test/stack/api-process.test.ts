import { readFileSync } from 'node:fs';
import { Server } from 'node:http';
import { join } from 'node:path';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { takeTurns } from '../../infra/local/serverless-offline/take-turns.ts';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import '../support/starts-processes.ts';

describe('the process of the HTTP API', () => {
  test('the API process starts four requests per turn, in order, so that it can accept connections in between', async () => {
    class OwnServer extends Server {}
    takeTurns(OwnServer.prototype);
    const server = new OwnServer();
    const begun: unknown[] = [];
    server.on('request', (request) => begun.push(request));

    for (let n = 1; n <= 6; n++) server.emit('request', n);
    expect(begun).toEqual([]);
    await endOfTurn();
    expect(begun).toEqual([1, 2, 3, 4]);
    await endOfTurn();
    expect(begun).toEqual([1, 2, 3, 4, 5, 6]);

    server.emit('request', 7);
    await endOfTurn();
    expect(begun.at(-1)).toBe(7);
  });

  test('the API process passes all other events of a server on immediately', () => {
    class OwnServer extends Server {}
    takeTurns(OwnServer.prototype);
    const server = new OwnServer();
    const seen: unknown[] = [];
    server.on('dropRequest', (request) => seen.push(request));

    server.emit('dropRequest', 'a request');

    expect(seen).toEqual(['a request']);
  });

  test('the patch for Serverless Offline still finds its handler lookup', () => {
    // load-handler-once.ts names it; where it has moved, requests would be served, but slower.
    const offline = join(REPOSITORY, 'node_modules/serverless-offline/src/lambda/handler-runner');
    const runner = readFileSync(join(offline, 'in-process-runner/InProcessRunner.js'), 'utf8');
    expect(runner).toContain('import { load } from "./aws-lambda-ric/UserFunction.js"');
  });
});
