import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod';
import { readBody } from './read-json.ts';
import { text } from './text.ts';

/** The body of requests that take a reason: POST …/cancel, …/redrive, /processing/pause, /processing/resume. */
export const reasonSchema = z
  .strictObject({ reason: text(500).optional().describe('Why, as text for people.') }, 'must be a JSON object')
  .describe('Why the request is made.');

/**
 * The reason in a request, or null. The body is optional.
 * @throws HttpError 400
 */
export function readReason(event: APIGatewayProxyEventV2): string | null {
  return readBody(event, reasonSchema).reason ?? null;
}
