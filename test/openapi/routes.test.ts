import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { printService } from '../../infra/serverless-command.ts';
import { ROUTES, routeKeyOf } from '../../lib/routes.ts';
import '../support/starts-processes.ts';

interface HttpApiEvent {
  readonly httpApi?: string | { readonly method: string; readonly path: string };
}

type Functions = Record<string, { readonly handler: string; readonly events: readonly HttpApiEvent[] }>;

let functions: Functions;

beforeAll(async () => {
  ({ functions } = (await printService('local')) as { functions: Functions });
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
