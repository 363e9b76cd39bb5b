import type * as z from 'zod';
import { newOrderSchema } from '../http/new-order.ts';
import { failureSchema, gatewayFailureSchema, orderSchema, statusSchema } from '../http/routes/common.ts';
import * as control from '../http/routes/control.ts';
import { DOCUMENTED_ROUTES, type DocumentedRoute } from '../http/routes/documented-routes.ts';
import * as monitoring from '../http/routes/monitoring.ts';
import type { DocumentedAnswer, DocumentedHeader, Operation, Parameters } from '../http/routes/operation.ts';
import * as orders from '../http/routes/orders.ts';
import { API_BASE } from '../routes.ts';
import { JsonSchemas } from './json-schemas.ts';

/** An OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1.html), with types for the fields that this project reads. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly [field: string]: unknown;
}

/** Schemas that have a name in the document, so that others can refer to them. */
const NAMED = {
  NewOrder: newOrderSchema,
  Status: statusSchema,
  Order: orderSchema,
  OrderPage: orders.orderPageSchema,
  OrderHistory: orders.historySchema,
  Accepted: orders.acceptedSchema,
  BatchResult: orders.batchResultSchema,
  Redriven: control.redrivenSchema,
  FailureGroups: control.failureGroupsSchema,
  DeadLetters: control.deadLettersSchema,
  Processing: control.processingSchema,
  Metrics: monitoring.metricsSchema,
  Healthy: monitoring.healthySchema,
  Unhealthy: monitoring.unhealthySchema,
  Failure: failureSchema,
  GatewayFailure: gatewayFailureSchema,
};

const KEY = 'apiKey';

/** Generates the OpenAPI document from the table of routes and their schemas. */
export function openApiDocument(version: string): OpenApiDocument {
  const schemas = new JsonSchemas(NAMED);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of DOCUMENTED_ROUTES) {
    const path = route.path.slice(API_BASE.length);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationObject(route, schemas) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Serverless order backend',
      version,
      summary: 'Accepts orders, processes them, and loses none.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // Relative to the address of the document, so that it is correct for every stage.
    servers: [{ url: API_BASE }],
    tags: [
      { name: 'Orders', description: 'For clients: create orders and follow their progress.' },
      {
        name: 'Operations',
        description: 'For operators: redrive Failed orders, inspect dead letters, pause processing.',
      },
      { name: 'Monitoring', description: 'For dashboards and health checks.' },
    ],
    paths,
    components: {
      schemas: schemas.named(),
      securitySchemes: {
        [KEY]: {
          type: 'http',
          scheme: 'bearer',
          description:
            'An API key or a token, depending on the stage. A stage without authorization accepts every request.',
        },
      },
    },
  };
}

function operationObject({ functionName, scope, operation }: DocumentedRoute, schemas: JsonSchemas): unknown {
  const { summary, description, tag, parameters, body } = operation;
  return {
    // A function with two routes takes the order id in the path of one and in the query of the other.
    operationId: 'order_id' in (parameters?.query?.shape ?? {}) ? `${functionName}ByQuery` : functionName,
    summary,
    ...(description && { description }),
    tags: [tag],
    security: scope === 'public' ? [] : [{ [KEY]: [scope] }],
    ...(parameters && { parameters: parameterObjects(parameters, schemas) }),
    ...(body && { requestBody: { required: body.required, content: json(schemas.of(body.schema)) } }),
    responses: responseObjects(operation, schemas),
  };
}

function parameterObjects(parameters: Parameters, schemas: JsonSchemas): unknown[] {
  return (['path', 'query', 'header'] as const).flatMap((place) =>
    Object.entries(parameters[place]?.shape ?? {}).map(([name, schema]) => {
      const { description, ...jsonSchema } = schemas.of(schema as z.ZodType);
      return {
        name,
        in: place,
        required: !(schema as z.ZodType).safeParse(undefined).success,
        ...(description !== undefined && { description }),
        schema: jsonSchema,
      };
    }),
  );
}

function responseObjects({ answers }: Operation, schemas: JsonSchemas): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => [status, responseObject(answer, schemas)]),
  );
}

function responseObject({ description, schema, headers, links }: DocumentedAnswer, schemas: JsonSchemas): unknown {
  return {
    description,
    ...(headers && { headers: mapValues(headers, (header) => headerObject(header, schemas)) }),
    ...(schema && { content: json(schemas.of(schema)) }),
    ...(links && { links: mapValues(links, (parameters, operationId) => ({ operationId, parameters })) }),
  };
}

function headerObject({ description, schema, required }: DocumentedHeader, schemas: JsonSchemas): unknown {
  return { description, required, schema: schemas.of(schema) };
}

function json(schema: unknown): unknown {
  return { 'application/json': { schema } };
}

function mapValues<Value, Result>(
  record: Readonly<Record<string, Value>>,
  map: (value: Value, key: string) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
