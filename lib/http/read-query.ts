import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod';
import { validationError } from './http-error.ts';
import { validate } from './validate.ts';

const NO_PARAMETERS = z.object({});

/**
 * The query parameters of a request. Unknown parameters are rejected: ignoring a misspelled filter would return too much.
 * @throws HttpError 400 that lists each invalid parameter and what it accepts
 */
export function readQuery<Shape extends z.ZodRawShape>(
  event: APIGatewayProxyEventV2,
  schema: z.ZodObject<Shape>,
): z.output<z.ZodObject<Shape>> {
  const given = event.queryStringParameters ?? {};
  const known = Object.keys(schema.shape);
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  const message = `is not a query parameter of this request; allowed: ${known.join(', ') || 'none'}`;
  if (unknown.length > 0) throw validationError(unknown.map((path) => ({ path, message })));
  return validate(schema, given);
}

/** @throws HttpError 400 if the request has query parameters */
export function refuseQuery(event: APIGatewayProxyEventV2): void {
  readQuery(event, NO_PARAMETERS);
}
