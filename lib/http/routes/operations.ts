import { GUARDED, INVALID, OURS } from './common-answers.ts';
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
  const operation = asOf(route, OPERATIONS[route.functionName]);
  const answers = { ...OURS, ...(route.scope === 'public' ? {} : GUARDED), ...operation.answers };
  return [{ ...route, operation: { ...operation, answers } }];
});

/** An operation on one order, on the route that has the id in the query. */
function asOf({ path }: Route, operation: Operation): Operation {
  const { parameters, summary, answers } = operation;
  if (parameters?.path === undefined || path.includes('{')) return operation;
  const { path: orderId, ...others } = parameters;
  return {
    ...operation,
    summary: `${summary}, with its id in the query`,
    description:
      'For ids that a path may not carry unchanged, such as those with `/`, `?`, `#` or `%`, and `.` and `..`.',
    parameters: { ...others, query: orderId },
    answers: { ...answers, ...INVALID },
  };
}

type DocumentedName = keyof typeof OPERATIONS;

function isDocumented(
  route: (typeof ROUTES)[number],
): route is Extract<typeof route, { functionName: DocumentedName }> {
  return route.path.startsWith(`${API_BASE}/`);
}
