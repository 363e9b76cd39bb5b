/** What a key can be allowed to do. `orders:admin` also reads and changes the orders of every owner. */
export type Scope = 'orders:read' | 'orders:write' | 'orders:signal' | 'orders:admin' | 'metrics:read';

export interface Route {
  /** The name of its function in serverless.yml. */
  readonly functionName: string;
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** In the notation of serverless.yml and OpenAPI, with each parameter in braces. */
  readonly path: string;
  /** The scope that the caller's key must have, or `public` if no key is needed. */
  readonly scope: Scope | 'public';
}

export const API_BASE = '/api/v1';

/**
 * Every route. A test checks the events in serverless.yml against this table, the authorizer reads the scopes from it, and
 * the OpenAPI document has an operation for each route under API_BASE (lib/http/routes/documented-routes.ts).
 */
export const ROUTES = [
  { functionName: 'createOrder', method: 'POST', path: '/api/v1/orders', scope: 'orders:write' },
  { functionName: 'createOrders', method: 'POST', path: '/api/v1/orders/batch', scope: 'orders:write' },
  { functionName: 'listOrders', method: 'GET', path: '/api/v1/orders', scope: 'orders:read' },
  { functionName: 'getOrder', method: 'GET', path: '/api/v1/orders/{order_id}', scope: 'orders:read' },
  { functionName: 'amendOrder', method: 'PATCH', path: '/api/v1/orders/{order_id}', scope: 'orders:write' },
  { functionName: 'getOrderHistory', method: 'GET', path: '/api/v1/orders/{order_id}/history', scope: 'orders:read' },
  { functionName: 'cancelOrder', method: 'POST', path: '/api/v1/orders/{order_id}/cancel', scope: 'orders:write' },
  { functionName: 'redriveOrder', method: 'POST', path: '/api/v1/orders/{order_id}/redrive', scope: 'orders:admin' },
  {
    functionName: 'signalOrder',
    method: 'POST',
    path: '/api/v1/orders/{order_id}/signals/{name}',
    scope: 'orders:signal',
  },
  // The same operations for any id, however a gateway decodes paths: `/api/v1/order?order_id=…`.
  { functionName: 'getOrder', method: 'GET', path: '/api/v1/order', scope: 'orders:read' },
  { functionName: 'amendOrder', method: 'PATCH', path: '/api/v1/order', scope: 'orders:write' },
  { functionName: 'getOrderHistory', method: 'GET', path: '/api/v1/order/history', scope: 'orders:read' },
  { functionName: 'cancelOrder', method: 'POST', path: '/api/v1/order/cancel', scope: 'orders:write' },
  { functionName: 'redriveOrder', method: 'POST', path: '/api/v1/order/redrive', scope: 'orders:admin' },
  { functionName: 'signalOrder', method: 'POST', path: '/api/v1/order/signals', scope: 'orders:signal' },
  // The token in it is the credential.
  { functionName: 'receiveCallback', method: 'POST', path: '/api/v1/callbacks/{token}', scope: 'public' },
  { functionName: 'redriveOrders', method: 'POST', path: '/api/v1/orders/redrive', scope: 'orders:admin' },
  { functionName: 'cancelOrders', method: 'POST', path: '/api/v1/orders/cancel', scope: 'orders:write' },
  { functionName: 'listFailures', method: 'GET', path: '/api/v1/failures', scope: 'orders:admin' },
  { functionName: 'listDeadLetters', method: 'GET', path: '/api/v1/dead-letters', scope: 'orders:admin' },
  { functionName: 'resendDeadLetters', method: 'POST', path: '/api/v1/dead-letters/resend', scope: 'orders:admin' },
  { functionName: 'deleteDeadLetters', method: 'POST', path: '/api/v1/dead-letters/delete', scope: 'orders:admin' },
  { functionName: 'listAudit', method: 'GET', path: '/api/v1/audit', scope: 'orders:admin' },
  { functionName: 'getProcessing', method: 'GET', path: '/api/v1/processing', scope: 'orders:read' },
  { functionName: 'pauseProcessing', method: 'POST', path: '/api/v1/processing/pause', scope: 'orders:admin' },
  { functionName: 'resumeProcessing', method: 'POST', path: '/api/v1/processing/resume', scope: 'orders:admin' },
  { functionName: 'getMetrics', method: 'GET', path: '/api/v1/metrics', scope: 'metrics:read' },
  { functionName: 'getHealth', method: 'GET', path: '/api/v1/health', scope: 'public' },
  { functionName: 'getOpenApi', method: 'GET', path: '/openapi.json', scope: 'public' },
  { functionName: 'getDocs', method: 'GET', path: '/docs', scope: 'public' },
  { functionName: 'getDocs', method: 'GET', path: '/docs/{file}', scope: 'public' },
  { functionName: 'getConsole', method: 'GET', path: '/console', scope: 'public' },
  { functionName: 'getConsole', method: 'GET', path: '/console/{file}', scope: 'public' },
] as const satisfies readonly Route[];

export type FunctionName = (typeof ROUTES)[number]['functionName'];

/** The name of a route in API Gateway's events: `GET /api/v1/orders/{order_id}`. */
export function routeKeyOf({ method, path }: Route): string {
  return `${method} ${path}`;
}
