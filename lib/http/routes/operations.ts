import { GUARDED, OURS } from './common-answers.ts';
import type { Operation } from './operation.ts';
import * as orders from './order-operations.ts';
import { API_BASE, type FunctionName, ROUTES, type Route } from './routes.ts';
import * as watching from './watching-operations.ts';

const OPERATIONS: Partial<Record<FunctionName, Operation>> = { ...orders, ...watching };

/** A route of the API, with all that the OpenAPI document says of it. */
export interface DocumentedRoute extends Route {
  readonly operation: Operation;
}

/** The routes under API_BASE; the others serve files. */
export const DOCUMENTED_ROUTES: readonly DocumentedRoute[] = ROUTES.filter(({ path }) =>
  path.startsWith(`${API_BASE}/`),
).flatMap((route) => {
  const operation = OPERATIONS[route.functionName];
  if (!operation) return [];
  const answers = { ...operation.answers, ...OURS, ...(route.scope === 'public' ? {} : GUARDED) };
  return [{ ...route, operation: { ...operation, answers } }];
});
