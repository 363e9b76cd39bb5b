import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { ROUTES, routeKeyOf } from '../../lib/routes.ts';
import '../support/starts-processes.ts';

interface HttpApiEvent {
  readonly httpApi?: string | { readonly method: string; readonly path: string };
}

type Functions = Record<string, { readonly handler: string; readonly events: readonly HttpApiEvent[] }>;

let functions: Functions;

beforeAll(async () => {
  functions = await readFunctions();
});

test('serverless.yml has exactly the routes of the table, each at its function', () => {
  const deployed = Object.entries(functions).flatMap(([name, { events }]) =>
    events.flatMap(({ httpApi }) => (httpApi ? [`${name}: ${eventKey(httpApi)}`] : [])),
  );
  const inTable = ROUTES.map((route) => `${route.functionName}: ${routeKeyOf(route)}`);
  expect(deployed.sort()).toEqual(inTable.sort());
});

test('each function of a route has a handler that exists', () => {
  for (const { functionName } of ROUTES) {
    const file = functions[functionName]?.handler.replace(/\.handler$/, '.ts') ?? 'none';
    expect(existsSync(join(REPOSITORY, file))).toBe(true);
  }
});

function eventKey(event: NonNullable<HttpApiEvent['httpApi']>): string {
  return typeof event === 'string' ? event : `${event.method.toUpperCase()} ${event.path}`;
}

async function readFunctions(): Promise<Functions> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(REPOSITORY, 'node_modules/serverless/bin/serverless.js'), 'print', '--stage=local', '--format=json'],
    { cwd: REPOSITORY, env: { ...process.env, NODE_OPTIONS: '', SLS_LOG_LEVEL: 'warning' }, maxBuffer: 10_000_000 },
  );
  return (JSON.parse(stdout) as { functions: Functions }).functions;
}
