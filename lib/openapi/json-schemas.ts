import { z } from 'zod';

type JsonSchema = Record<string, unknown>;

/** Zod writes them for every integer; they say no more than that a JSON number is a double. */
const SAFE_INTEGERS: Readonly<Record<string, number>> = {
  minimum: Number.MIN_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
};

/** Stands for the name of a schema that is written where it is used. */
const UNNAMED = '(unnamed)';

/** JSON Schemas, which OpenAPI 3.1 uses as they are, of Zod schemas. Those with a name are referred to by it. */
export class JsonSchemas {
  readonly #named: Readonly<Record<string, z.ZodType>>;

  constructor(named: Readonly<Record<string, z.ZodType>>) {
    this.#named = named;
  }

  /** What may be sent where this schema is; a reference when it has a name. */
  of(schema: z.ZodType): JsonSchema {
    const name = Object.keys(this.#named).find((key) => this.#named[key] === schema);
    if (name) return { $ref: referenceTo(name) };
    return this.#convert({ ...this.#named, [UNNAMED]: schema })[UNNAMED] ?? {};
  }

  /** By name. */
  named(): Record<string, JsonSchema> {
    return this.#convert(this.#named);
  }

  #convert(schemas: Readonly<Record<string, z.ZodType>>): Record<string, JsonSchema> {
    const registry = z.registry<{ id: string }>();
    for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
    const converted = z.toJSONSchema(registry, {
      // Of requests what is accepted, before it becomes ours. Answers are the same either way, but stay open for more.
      io: 'input',
      uri: referenceTo,
      override: ({ jsonSchema }) => {
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
