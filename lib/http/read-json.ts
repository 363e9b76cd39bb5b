import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type * as z from 'zod';
import { HttpError, validationError } from './http-error.ts';
import { validate } from './validate.ts';

/** A number of a JSON body with the digits of its source, because a float cannot represent every amount. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Bytes: 256 KiB, many times the largest order. */
const MAX_BODY = 256 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The parsed JSON body of a request. Numbers in the fields of `exactNumbers` are returned as ExactNumber.
 * @throws HttpError 413 over 256 KiB, 400 if the body is not UTF-8 or not JSON
 */
export function readJson(event: APIGatewayProxyEventV2, exactNumbers: ReadonlySet<string> = new Set()): unknown {
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.byteLength > MAX_BODY) throw new HttpError('body_too_large', `The body is larger than ${MAX_BODY} bytes`);
  try {
    return JSON.parse(utf8.decode(bytes), (key, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' && exactNumbers.has(key) ? new ExactNumber(context?.source ?? '') : value,
    );
  } catch {
    // SyntaxError, TypeError of the decoder, or RangeError for nesting deeper than the stack.
    throw validationError([{ path: '', message: 'must be JSON, in UTF-8' }]);
  }
}

/**
 * The body of a request, as parsed by the schema. A request without a body counts as one with an empty object.
 * @throws HttpError 400 or 413
 */
export function readBody<Body>(event: APIGatewayProxyEventV2, schema: z.ZodType<Body>): Body {
  return validate(schema, event.body ? readJson(event) : {});
}
