import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod';
import { validationError } from './http-error.ts';
import { validate } from './validate.ts';

const NO_PARAMETERS = z.object({});

/**
 * The query parameters of a request. Unknown parameters are rejected: ignoring a misspelled filter would return too much. So are
 * parameters that are given twice: API Gateway joins the values with a comma, and the result may name something else.
 * @param objects the parameters that are objects, written as `name[key]=value`
 * @throws HttpError 400 that lists each invalid parameter and what it accepts
 */
export function readQuery<Shape extends z.ZodRawShape>(
  event: APIGatewayProxyEventV2,
  schema: z.ZodObject<Shape>,
  objects: readonly string[] = [],
): z.output<z.ZodObject<Shape>> {
  const given = withObjects(event.queryStringParameters ?? {}, objects);
  const known = Object.keys(schema.shape);
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  const message = `is not a query parameter of this request; allowed: ${known.join(', ') || 'none'}`;
  if (unknown.length > 0) throw validationError(unknown.map((path) => ({ path, message })));
  const twice = namesGivenTwice(event);
  if (twice.length > 0) throw validationError(twice.map((path) => ({ path, message: 'must be given once' })));
  return validate(schema, given);
}

export function namesGivenTwice({ rawQueryString }: APIGatewayProxyEventV2): string[] {
  const names = [...new URLSearchParams(rawQueryString).keys()];
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

function withObjects(given: Readonly<Record<string, unknown>>, objects: readonly string[]): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  const found = new Map<string, [string, unknown][]>();
  for (const [parameter, value] of Object.entries(given)) {
    const [, name = '', key = ''] = /^(\w+)\[(.*)\]$/s.exec(parameter) ?? [];
    if (!objects.includes(name)) entries.push([parameter, value]);
    else if (found.has(name)) found.get(name)?.push([key, value]);
    else found.set(name, [[key, value]]);
  }
  return Object.fromEntries([...entries, ...[...found].map(([name, pairs]) => [name, Object.fromEntries(pairs)])]);
}

/** @throws HttpError 400 if the request has query parameters */
export function refuseQuery(event: APIGatewayProxyEventV2): void {
  readQuery(event, NO_PARAMETERS);
}
