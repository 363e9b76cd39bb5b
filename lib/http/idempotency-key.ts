import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { validationError } from './http-error.ts';

/**
 * The Idempotency-Key of a request (IETF draft-ietf-httpapi-idempotency-key-header), or null without one.
 * @throws HttpError 400 unless it has 1 to 255 visible ASCII characters, which every proxy passes on unchanged. Commas are
 * also rejected: API Gateway joins two headers of this name with a comma, and the result would be neither of the two keys.
 */
export function readIdempotencyKey(event: APIGatewayProxyEventV2): string | null {
  const key = event.headers?.['idempotency-key'];
  if (key === undefined) return null;
  if (/^[\x20-\x2b\x2d-\x7e]{1,255}$/.test(key)) return key;
  throw validationError([
    { path: 'Idempotency-Key', message: 'must be one header of 1 to 255 visible ASCII characters without a comma' },
  ]);
}
