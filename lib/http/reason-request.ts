import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { z } from 'zod';
import { readJson } from './read-json.ts';
import { text } from './text.ts';
import { validate } from './validate.ts';

/** The body of whatever an operator does with a reason: POST …/cancel, …/redrive, /processing/pause, /processing/resume. */
export const reasonSchema = z.strictObject({ reason: text(500).optional() }, 'must be a JSON object');

/**
 * The reason that a request gives, or null. The body may be left out.
 * @throws HttpError 400
 */
export function readReason(event: APIGatewayProxyEventV2): string | null {
  if (!event.body) return null;
  return validate(reasonSchema, readJson(event, new Set())).reason ?? null;
}
