import { type FunctionName, ROUTES, type Route } from '../../routes.ts';
import * as control from './control.ts';
import * as creation from './create-orders.ts';
import * as deadLetters from './dead-letters.ts';
import * as monitoring from './monitoring.ts';
import type { Operation } from './operation.ts';
import * as orders from './orders.ts';
import { AUTH_RESPONSES, COMMON_RESPONSES, INVALID } from './responses.ts';
import * as signals from './signals.ts';

/** Functions that serve files. They are not operations of the API. */
type FileServer = 'getOpenApi' | 'getDocs' | 'getConsole';

type Operations = Record<Exclude<FunctionName, FileServer>, Operation> & Partial<Record<FileServer, never>>;

const OPERATIONS: Readonly<Operations> = {
  ...creation,
  ...orders,
  ...signals,
  ...control,
  ...deadLetters,
  ...monitoring,
};

/** A route of the API with its documentation in the OpenAPI document. */
export interface DocumentedRoute extends Route {
  readonly operation: Operation;
}

/** The routes of operations: all those under API_BASE. */
export const DOCUMENTED_ROUTES: readonly DocumentedRoute[] = ROUTES.flatMap((route) => {
  const documented = OPERATIONS[route.functionName];
  if (!documented) return [];
  const operation = asOf(route, documented);
  const auth = route.scope === 'public' ? {} : AUTH_RESPONSES;
  const responses = { ...COMMON_RESPONSES, ...auth, ...operation.responses };
  return [{ ...route, operation: { ...operation, responses } }];
});

/** The variant of an operation for the route that takes the order id in the query. */
function asOf({ path }: Route, operation: Operation): Operation {
  const { parameters, summary, responses } = operation;
  if (parameters?.path === undefined || path.includes('{')) return operation;
  const { path: orderId, query, ...others } = parameters;
  return {
    ...operation,
    summary: `${summary} by an id in the query`,
    description:
      'Use this for ids that may change in a URL path: ids with `/`, `?`, `#` or `%`, and the ids `.` and `..`.',
    parameters: { ...others, query: orderId.extend(query?.shape ?? {}) },
    responses: { ...responses, ...INVALID },
  };
}
