import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type * as z from 'zod';
import { readJson } from './read-json.ts';
import { validate } from './validate.ts';

/**
 * The body of a request, as parsed by the schema. A request without a body counts as one with an empty object.
 * @throws HttpError 400 or 413
 */
export function readBody<Body>(event: APIGatewayProxyEventV2, schema: z.ZodType<Body>): Body {
  return validate(schema, event.body ? readJson(event) : {});
}
