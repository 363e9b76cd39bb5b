import type * as z from 'zod';
import { amendmentSchema } from '../http/amendment.ts';
import { cancelSchema, redriveSchema } from '../http/bulk-requests.ts';
import { deadLetterSelectionSchema } from '../http/dead-letters-request.ts';
import { newOrderSchema } from '../http/new-order.ts';
import { reasonSchema } from '../http/reason-request.ts';
import * as common from '../http/routes/common.ts';
import * as control from '../http/routes/control-schemas.ts';
import { DOCUMENTED_ROUTES, type DocumentedRoute } from '../http/routes/documented-routes.ts';
import * as monitoring from '../http/routes/monitoring.ts';
import type {
  DocumentedHeader,
  DocumentedResponse,
  Examples,
  Operation,
  Parameters,
} from '../http/routes/operation.ts';
import * as orders from '../http/routes/order-schemas.ts';
import * as signals from '../http/routes/signal-schemas.ts';
import { API_BASE } from '../routes.ts';
import { JsonSchemas } from './json-schemas.ts';

/** An OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1.html), with types for the fields that this project reads. */
interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly [field: string]: unknown;
}

/** Schemas that have a name in the document, so that others can refer to them. */
const NAMED = {
  NewOrder: newOrderSchema,
  NewOrders: orders.newOrdersSchema,
  Amendment: amendmentSchema,
  Reason: reasonSchema,
  Redrive: redriveSchema,
  SignalPayload: signals.signalPayloadSchema,
  SignalResult: signals.signalResultSchema,
  Status: common.statusSchema,
  Order: common.orderSchema,
  OrderWithSteps: orders.orderWithStepsSchema,
  OrderPage: orders.orderPageSchema,
  OrderHistory: orders.historySchema,
  Accepted: orders.acceptedSchema,
  BatchResult: orders.batchResultSchema,
  Redriven: control.redrivenSchema,
  Cancel: cancelSchema,
  Cancelled: control.cancelledSchema,
  FailureGroups: control.failureGroupsSchema,
  DeadLetterList: control.deadLettersSchema,
  SettledDeadLetters: control.settledLettersSchema,
  DeadLetterSelection: deadLetterSelectionSchema,
  AuditList: control.auditListSchema,
  Processing: control.processingSchema,
  Metrics: monitoring.metricsSchema,
  Healthy: monitoring.healthySchema,
  Unhealthy: monitoring.unhealthySchema,
  ErrorCode: common.errorCodeSchema,
  FieldError: common.fieldErrorSchema,
  Failure: common.failureSchema,
  AuthFailure: common.challengeSchema,
  GatewayFailure: common.gatewayFailureSchema,
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
    // Absolute, because generators that read a file cannot resolve a relative URL. A stage serves its own URL instead.
    servers: [{ url: `http://localhost:8000${API_BASE}`, description: 'The local stack that `npm start` starts.' }],
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
      responses: namedResponses(schemas),
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
    description,
    tags: [tag],
    security: scope === 'public' ? [] : [{ [KEY]: [scope] }],
    ...(parameters && { parameters: parameterObjects(parameters, schemas) }),
    ...(body && { requestBody: { required: body.required, content: json(schemas.of(body.schema), body.examples) } }),
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
        // As `name[key]=value`.
        ...(jsonSchema.type === 'object' && { style: 'deepObject', explode: true }),
        schema: jsonSchema,
      };
    }),
  );
}

function responseObjects({ responses }: Operation, schemas: JsonSchemas): Record<string, unknown> {
  return mapValues(responses, (response) =>
    response.name ? { $ref: `#/components/responses/${response.name}` } : responseObject(response, schemas),
  );
}

/** @throws Error if two different responses have one name */
function namedResponses(schemas: JsonSchemas): Record<string, unknown> {
  const named: Record<string, DocumentedResponse> = {};
  for (const { operation } of DOCUMENTED_ROUTES)
    for (const response of Object.values(operation.responses)) {
      if (!response.name) continue;
      named[response.name] ??= response;
      if (named[response.name] !== response) throw new Error(`Two responses are named ${response.name}`);
    }
  return mapValues(named, (response) => responseObject(response, schemas));
}

function responseObject(response: DocumentedResponse, schemas: JsonSchemas): unknown {
  const { description, schema, examples, headers, links } = response;
  return {
    description,
    ...(headers && { headers: mapValues(headers, (header) => headerObject(header, schemas)) }),
    ...(schema && { content: json(schemas.of(schema), examples) }),
    ...(links && { links: mapValues(links, (parameters, operationId) => ({ operationId, parameters })) }),
  };
}

function headerObject({ description, schema, required }: DocumentedHeader, schemas: JsonSchemas): unknown {
  return { description, required, schema: schemas.of(schema) };
}

function json(schema: unknown, examples: Examples = {}): unknown {
  return { 'application/json': { schema, examples: mapValues(examples, (value) => ({ value })) } };
}

function mapValues<Value, Result>(
  record: Readonly<Record<string, Value>>,
  map: (value: Value, key: string) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
