import { describe, expect, test } from '@jest/globals';
import { ERROR_CODES, type ErrorCode } from '../../lib/http/error-codes.ts';
import { DOCUMENT, type JsonObject, schemaProblems } from '../support/documented.ts';
import { objectsIn, targetOf } from '../support/walk-document.ts';

type Media = { readonly schema: JsonObject; readonly examples?: Readonly<Record<string, { readonly value: unknown }>> };

/** Every JSON body of requests and responses, by its place. */
const BODIES = [...objectsIn(DOCUMENT)]
  .filter(([place]) => place.endsWith(' application/json'))
  .map(([place, media]) => [place, media as Media] as const);

describe('examples in the OpenAPI document', () => {
  test('there are bodies to check', () => {
    expect(BODIES.length).toBeGreaterThan(25);
  });

  test.each(BODIES)(
    'the body at %s has examples, each of which fits its schema',
    (_place, { schema, examples = {} }) => {
      expect(Object.keys(examples)).not.toEqual([]);
      for (const { value } of Object.values(examples))
        expect({ value, problems: schemaProblems(schema, value) }).toEqual({ value, problems: [] });
    },
  );

  test('an example with a missing, a wrong or a further field is reported', () => {
    const schema = { $ref: '#/components/schemas/Accepted' };
    expect(schemaProblems(schema, { status_code: 202 })).toHaveLength(1);
    expect(schemaProblems(schema, { status_code: 0, message: 'Stored.' })).toHaveLength(1);
    expect(schemaProblems(schema, { status_code: 202, message: 'Stored.', more: 1 })).toHaveLength(1);
  });

  test('every response example has the status of its response, and the code that belongs to it', () => {
    for (const [status, { status_code: inBody, code }] of responseExamples()) {
      if (inBody !== undefined) expect(inBody).toBe(status);
      if (code !== undefined) expect(ERROR_CODES[code as ErrorCode].status).toBe(status);
    }
  });

  test('every code of an error response of the API has an example', () => {
    const codes = new Set(responseExamples().map(([, { code }]) => code));
    // Only the console and the API reference return it, which are not part of the document.
    const expected = Object.keys(ERROR_CODES).filter((code) => code !== 'file_not_found');
    expect(expected.filter((code) => !codes.has(code))).toEqual([]);
  });

  test('every example of a single field fits the schema of the field', () => {
    const fields = [...objectsIn(DOCUMENT)].filter(([, { examples }]) => Array.isArray(examples));
    expect(fields.length).toBeGreaterThan(5);
    for (const [place, { examples, ...schema }] of fields)
      for (const example of examples as unknown[])
        expect({ place, example, problems: schemaProblems(schema, example) }).toEqual({ place, example, problems: [] });
  });
});

/** Each example of a response with the status of the response. */
function responseExamples(): [number, JsonObject][] {
  return [...objectsIn(DOCUMENT.paths)].flatMap(([place, object]) => {
    const status = / responses (\d+)$/.exec(place)?.[1];
    if (!status) return [];
    const response = typeof object.$ref === 'string' ? targetOf(object.$ref, DOCUMENT) : object;
    const media = (response.content as Record<string, Media> | undefined)?.['application/json'];
    return Object.values(media?.examples ?? {}).map(({ value }): [number, JsonObject] => [
      Number(status),
      value as JsonObject,
    ]);
  });
}
