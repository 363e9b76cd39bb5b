import * as z from 'zod';

type JsonSchema = Record<string, unknown>;

/** Zod writes these bounds for every integer of a body. They only say that a JSON number is a double, so they are removed. */
const SAFE_INTEGERS: Readonly<Record<string, number>> = {
  minimum: Number.MIN_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
};

/** A placeholder name for a schema that is written inline. */
const UNNAMED = '(unnamed)';

/** Converts Zod schemas to JSON Schemas, which OpenAPI 3.1 uses unchanged. Named schemas become references. */
export class JsonSchemas {
  readonly #named: Readonly<Record<string, z.ZodType>>;

  constructor(named: Readonly<Record<string, z.ZodType>>) {
    this.#named = named;
  }

  /** The JSON Schema of the schema's input, or a reference if the schema has a name. */
  of(schema: z.ZodType): JsonSchema {
    const name = Object.keys(this.#named).find((key) => this.#named[key] === schema);
    if (name) return { $ref: referenceTo(name) };
    return this.#convert({ ...this.#named, [UNNAMED]: schema })[UNNAMED] ?? {};
  }

  named(): Record<string, JsonSchema> {
    return this.#convert(this.#named);
  }

  #convert(schemas: Readonly<Record<string, z.ZodType>>): Record<string, JsonSchema> {
    const registry = z.registry<{ id: string }>();
    for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
    const converted = z.toJSONSchema(registry, {
      // The input side of a request schema is what clients may send. Response schemas are the same on both sides, but the
      // input side leaves them open for more fields.
      io: 'input',
      uri: referenceTo,
      override: ({ zodSchema, jsonSchema }) => {
        if (zodSchema._zod.def.type !== 'number') return;
        for (const [bound, value] of Object.entries(SAFE_INTEGERS))
          if (jsonSchema[bound as 'minimum'] === value) delete jsonSchema[bound as 'minimum'];
      },
    });
    return Object.fromEntries(
      Object.entries(converted.schemas).map(([id, { $schema, $id, ...schema }]) => [id, schema as JsonSchema]),
    );
  }
}

function referenceTo(name: string): string {
  return `#/components/schemas/${name}`;
}
