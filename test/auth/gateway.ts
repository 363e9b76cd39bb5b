import type { APIGatewayProxyEventV2, APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import type { Decision } from '../../lib/auth/decision.ts';
import { ROUTES, type Route, routeKeyOf } from '../../lib/routes.ts';
import { demandDocumented } from '../support/documented.ts';
import type { HttpAnswer } from '../support/functions.ts';
import { httpEvent, lambdaContext } from '../support/lambda.ts';

/** Every route that has an authorizer. */
export const GUARDED: readonly Route[] = ROUTES.filter(({ scope }) => scope !== 'public');

export interface Asking {
  /** The Authorization header; without one when it is left out. */
  readonly authorization?: string;
  readonly orderId?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Asks as through an HTTP API: first the authorizer, then, if it does not fail or say no, the function with its word. */
export async function askThroughGateway(route: Route, asking: Asking = {}): Promise<HttpAnswer> {
  const { handler } = await import('../../functions/http/authorize.ts');
  const event = eventOf(route, asking);
  const { isAuthorized, context } = await handler(authorizerEventOf(event), lambdaContext());
  if (!isAuthorized) return { status: 403, headers: {}, body: {}, text: '{"message":"Forbidden"}' };
  return askFunction(route, context, asking);
}

/** Asks the function behind a route alone, with this word of an authorizer, or without any. */
export async function askFunction(
  route: Route,
  decision: Decision | undefined,
  asking: Asking = {},
): Promise<HttpAnswer> {
  // The file of a function is its name in another spelling: `getOrder` is in `get-order.ts`.
  const file = route.functionName.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const { handler } = (await import(`../../functions/http/${file}.ts`)) as { handler: Handler };
  const event = eventOf(route, asking);
  const requestContext = { ...event.requestContext, ...(decision && { authorizer: { lambda: decision } }) };
  const { statusCode: status, headers, body: text } = await handler({ ...event, requestContext }, lambdaContext());
  demandDocumented(routeKeyOf(route), { status, headers, text });
  return { status, headers, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>, text };
}

type Handler = (
  event: APIGatewayProxyEventV2,
  context: ReturnType<typeof lambdaContext>,
) => Promise<{ statusCode: number; headers: Record<string, string>; body: string }>;

/** What a request of this function needs in any case. */
const NEEDED: Readonly<Record<string, Asking>> = {
  amendOrder: { headers: { 'if-match': '*' }, body: { user_id: 2 } },
};

function eventOf(route: Route, asking: Asking): APIGatewayProxyEventV2 {
  const { authorization, orderId, headers, body } = { ...NEEDED[route.functionName], ...asking };
  const inPath = route.path.includes('{order_id}');
  const name = route.functionName === 'signalOrder' ? { name: 'shipped' } : {};
  return httpEvent({
    method: route.method,
    path: route.path.replace('{order_id}', encodeURIComponent(orderId ?? '')).replace('{name}', 'shipped'),
    routeKey: routeKeyOf(route),
    headers: { ...headers, ...(authorization !== undefined && { authorization }) },
    ...(orderId !== undefined &&
      (inPath ? { pathParameters: { order_id: orderId, ...name } } : { query: { order_id: orderId, ...name } })),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

/** As the API Gateway Developer Guide has it ("Control access to HTTP APIs with AWS Lambda authorizers"). */
function authorizerEventOf({
  rawPath,
  rawQueryString,
  headers,
  requestContext,
  routeKey,
  ...event
}: APIGatewayProxyEventV2) {
  return {
    version: '2.0',
    type: 'REQUEST',
    routeArn: `arn:aws:execute-api:us-east-1:123456789012:abc123/$default/${requestContext.http.method}${rawPath}`,
    identitySource: [],
    routeKey,
    rawPath,
    rawQueryString,
    cookies: [],
    headers,
    queryStringParameters: {},
    requestContext,
    pathParameters: event.pathParameters ?? {},
    stageVariables: {},
  } satisfies APIGatewayRequestAuthorizerEventV2;
}
