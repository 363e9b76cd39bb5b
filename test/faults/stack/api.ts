/**
 * The real HTTP handlers behind a plain server on PORT, in the place of Serverless Offline, which takes seconds to
 * start: requests become events of an HTTP API (payload format 2.0), as API Gateway makes them.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { enableCompileCache } from 'node:module';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { httpEvent, lambdaContext } from '../../support/lambda.ts';

enableCompileCache();

type Handler = (event: APIGatewayProxyEventV2, context: Context) => Promise<unknown>;

interface Route {
  readonly key: string;
  readonly path: RegExp;
  readonly handler: Handler;
}

const load = async (file: string): Promise<Handler> => (await import(`../../../functions/http/${file}.ts`)).handler;

const routes: readonly Route[] = [
  { key: 'POST /api/v1/orders', path: /^\/api\/v1\/orders$/, handler: await load('create-order') },
  {
    key: 'POST /api/v1/orders/redrive',
    path: /^\/api\/v1\/orders\/redrive$/,
    handler: await load('redrive-orders'),
  },
  {
    key: 'POST /api/v1/orders/{order_id}/signals/{name}',
    path: /^\/api\/v1\/orders\/([^/]+)\/signals\/([^/]+)$/,
    handler: await load('signal-order'),
  },
  {
    key: 'POST /api/v1/orders/{order_id}/cancel',
    path: /^\/api\/v1\/orders\/([^/]+)\/cancel$/,
    handler: await load('cancel-order'),
  },
  { key: 'GET /api/v1/orders/{order_id}', path: /^\/api\/v1\/orders\/([^/]+)$/, handler: await load('get-order') },
  { key: 'GET /api/v1/metrics', path: /^\/api\/v1\/metrics$/, handler: await load('get-metrics') },
];

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url: path = '/' } = request;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const route = routes.find((one) => one.key.startsWith(`${method} `) && one.path.test(path));
  if (!route) {
    response.writeHead(404).end();
    return;
  }
  const [, orderId, name] = route.path.exec(path) ?? [];
  const event = httpEvent({
    method: method as 'GET' | 'POST',
    path,
    routeKey: route.key,
    body: Buffer.concat(chunks).toString('base64'),
    isBase64Encoded: true,
    ...(orderId !== undefined && {
      pathParameters: { order_id: decodeURIComponent(orderId), ...(name !== undefined && { name }) },
    }),
  });
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const answer = (await route.handler({ ...event, headers }, lambdaContext())) as APIGatewayProxyStructuredResultV2;
  response.writeHead(answer.statusCode ?? 200, answer.headers as Record<string, string>).end(answer.body);
}

const server = createServer((request, response) => {
  serve(request, response).catch((error: unknown) => {
    console.error(error);
    response.destroy();
  });
});
process.once('SIGTERM', () => process.exit());
// The backlog holds a burst of 1,000 connections while the process is busy.
server.listen({ host: '127.0.0.1', port: Number(process.env.PORT), backlog: 2_048 }, () =>
  process.send?.({ ready: true }),
);
