import { GUARDED, OURS } from './common-answers.ts';
import * as operating from './operating-operations.ts';
import type { Operation } from './operation.ts';
import * as orders from './order-operations.ts';
import { API_BASE, type FunctionName, ROUTES, type Route } from './routes.ts';
import * as watching from './watching-operations.ts';

/** The functions that serve files, which are no operations of the API. */
type FileServer = 'getOpenApi' | 'getDocs' | 'getConsole';

const OPERATIONS: Readonly<Record<Exclude<FunctionName, FileServer>, Operation>> = {
  ...orders,
  ...operating,
  ...watching,
};

/** A route of the API, with all that the OpenAPI document says of it. */
export interface DocumentedRoute extends Route {
  readonly operation: Operation;
}

/** The routes under API_BASE. */
export const DOCUMENTED_ROUTES: readonly DocumentedRoute[] = ROUTES.flatMap((route) => {
  if (!isDocumented(route)) return [];
  const operation = OPERATIONS[route.functionName];
  const answers = { ...OURS, ...(route.scope === 'public' ? {} : GUARDED), ...operation.answers };
  return [{ ...route, operation: { ...operation, answers } }];
});

type DocumentedName = keyof typeof OPERATIONS;

function isDocumented(
  route: (typeof ROUTES)[number],
): route is Extract<typeof route, { functionName: DocumentedName }> {
  return route.path.startsWith(`${API_BASE}/`);
}
