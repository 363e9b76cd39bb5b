import type { JsonObject } from './documented.ts';

/** Every object inside a value, with the keys that lead to it. References are not followed. */
export function* objectsIn(value: unknown, keys: readonly string[] = []): Generator<readonly [string, JsonObject]> {
  if (typeof value !== 'object' || value === null) return;
  yield [keys.join(' '), value as JsonObject];
  // Examples are data, and what `not` contains is not allowed: neither has fields that a reader looks up.
  for (const [key, inner] of Object.entries(value))
    if (key !== 'examples' && key !== 'not') yield* objectsIn(inner, [...keys, key]);
}

/** What a reader looks up: operations, parameters, responses, headers, schemas and their fields. */
const DESCRIBED = [
  /^paths \S+ \w+$/,
  /^paths \S+ \w+ parameters \d+$/,
  /^paths \S+ \w+ responses \d+( headers \S+)?$/,
  /^components \w+ \w+( headers \S+)?$/,
  /^components schemas (.+ )?properties \w+$/,
];

/** Where an OpenAPI document lacks a description. A reference takes the description of its target. */
export function undescribed(document: object): string[] {
  return [...objectsIn(document)]
    .filter(([place, object]) => DESCRIBED.some((pattern) => pattern.test(place)) && !isDescribed(object, document))
    .map(([place]) => place);
}

function isDescribed({ description, $ref }: JsonObject, document: object): boolean {
  if (typeof description === 'string' && description.trim() !== '') return true;
  return typeof $ref === 'string' && isDescribed(targetOf($ref, document), document);
}

/** The object that a reference such as `#/components/schemas/Order` names. */
export function targetOf(reference: string, document: object): JsonObject {
  const keys = reference.split('/').slice(1);
  return keys.reduce<unknown>((object, key) => (object as JsonObject)[key], document) as JsonObject;
}
