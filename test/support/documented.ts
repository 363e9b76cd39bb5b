import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { API_BASE } from '../../lib/routes.ts';

/** A response as the client gets it; header names are in lower case. */
export interface SentAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

export type JsonObject = { readonly [key: string]: unknown };

interface ResponseObject {
  readonly headers?: Readonly<Record<string, { readonly required?: boolean; readonly schema: JsonObject }>>;
  readonly content?: { readonly 'application/json': { readonly schema: JsonObject } };
}

interface Reference {
  readonly $ref: string;
}

interface OpenApi {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { responses: Record<string, ResponseObject | Reference> }>>>
  >;
  readonly components: { readonly responses: Readonly<Record<string, ResponseObject>> };
}

export const DOCUMENT = JSON.parse(readFileSync(join(REPOSITORY, 'docs/openapi.json'), 'utf8')) as OpenApi;

// The document is not a schema; it is added so that references to its components resolve.
const ajv = new Ajv2020({ strict: false, allErrors: true }).addSchema(closed(DOCUMENT) as JsonObject, 'openapi.json');
formats.default(ajv);

/**
 * Checks a response against docs/openapi.json: its status, headers and body, in which undocumented fields are errors.
 * Clients must expect further fields; a test that finds one has found a missing piece of documentation.
 * @param routeKey as API Gateway names the route; routes outside of the API are not checked
 * @throws Error that says what differs from the documentation
 */
export function demandDocumented(routeKey: string, answer: SentAnswer): void {
  const [method = '', path = ''] = routeKey.split(' ');
  if (!path.startsWith(`${API_BASE}/`)) return;
  const { status, headers, text } = answer;
  const responses = DOCUMENT.paths[path.slice(API_BASE.length)]?.[method.toLowerCase()]?.responses;
  if (!responses) throw new Error(`docs/openapi.json has no ${routeKey}`);
  const response = resolved(responses[status]);
  const problems = response
    ? [...headerProblems(response, headers), ...bodyProblems(response, headers, text)]
    : [`only ${Object.keys(responses).join(', ')} are documented`];
  if (problems.length > 0)
    throw new Error(
      `${routeKey} answered ${status}, not as docs/openapi.json says: ${problems.join('; ')}\n${text.slice(0, 2_000)}`,
    );
}

/**
 * `fetch` from a running stack, whose response must be as documented. What Serverless Offline itself returns, in API
 * Gateway's place, is not checked: it has `statusCode` and `error`, which responses of this service do not have.
 */
export async function fetchDocumented(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, init);
  const routeKey = routeKeyAt(init.method ?? 'GET', url);
  const text = await response.clone().text();
  if (routeKey && !/^\{"statusCode":\d+,"error":/.test(text))
    demandDocumented(routeKey, { status: response.status, headers: Object.fromEntries(response.headers), text });
  return response;
}

/** The route of a request to a running stack, or undefined if the document does not have it. */
export function routeKeyAt(method: string, url: string): string | undefined {
  const path = new URL(url).pathname.slice(API_BASE.length);
  const literalFirst = Object.keys(DOCUMENT.paths).sort((a, b) => Number(a.includes('{')) - Number(b.includes('{')));
  const template = literalFirst.find(
    (one) =>
      method.toLowerCase() in (DOCUMENT.paths[one] ?? {}) &&
      new RegExp(`^${one.replaceAll(/\{\w+\}/g, '[^/]*')}$`).test(path),
  );
  return template && `${method} ${API_BASE}${template}`;
}

/** A response, or the component that it refers to. */
function resolved(response: ResponseObject | Reference | undefined): ResponseObject | undefined {
  if (!response || !('$ref' in response)) return response;
  return DOCUMENT.components.responses[response.$ref.replace('#/components/responses/', '')];
}

function headerProblems({ headers = {} }: ResponseObject, sent: SentAnswer['headers']): string[] {
  return Object.entries(headers).flatMap(([name, { required, schema }]) => {
    const value = sent[name.toLowerCase()];
    if (value === undefined) return required ? [`${name} is missing`] : [];
    return schemaProblems(schema, schema.type === 'integer' ? Number(value) : value).map((text) => `${name} ${text}`);
  });
}

function bodyProblems({ content }: ResponseObject, headers: SentAnswer['headers'], text: string): string[] {
  if (!content) return text === '' ? [] : ['the body should be empty'];
  // Serverless Offline adds a charset, which JSON does not have (RFC 8259, section 11).
  if (headers['content-type']?.split(';')[0] !== 'application/json')
    return [`content-type is ${headers['content-type']}`];
  return schemaProblems(content['application/json'].schema, JSON.parse(text));
}

/** How a value differs from a schema of the document, whose objects may have no further fields. */
export function schemaProblems(schema: JsonObject, value: unknown): string[] {
  const validate = validatorOf(schema);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath || 'it'} ${message} ${JSON.stringify(params)}`,
  );
}

const validators = new Map<JsonObject, ReturnType<typeof ajv.compile>>();

function validatorOf(schema: JsonObject) {
  const validator = validators.get(schema) ?? ajv.compile(absolute(closed(schema)) as JsonObject);
  validators.set(schema, validator);
  return validator;
}

/** The same schema, which rejects properties that it does not name. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isObject(schema)) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return schema.type === 'object' && 'properties' in schema ? { additionalProperties: false, ...inner } : inner;
}

/** The same schema, with its references resolved in the document. */
function absolute(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(absolute);
  if (!isObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) =>
      key === '$ref' && typeof value === 'string' ? [key, `openapi.json${value}`] : [key, absolute(value)],
    ),
  );
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null;
}
