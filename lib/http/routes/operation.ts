import type * as z from 'zod';

/** The documentation of one route in the OpenAPI document. */
export interface Operation {
  /** One line, without a full stop. */
  readonly summary: string;
  /** Markdown. */
  readonly description: string;
  readonly tag: Tag;
  readonly parameters?: Parameters;
  readonly body?: Body;
  /** By status. Lists every response of the function; a test fails for any other response. */
  readonly responses: Readonly<Record<number, DocumentedResponse>>;
}

type Tag = 'Orders' | 'Operations' | 'Monitoring';

export interface Parameters {
  readonly path?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly header?: z.ZodObject;
}

export interface Body {
  /** Its input side documents what clients may send. */
  readonly schema: z.ZodType;
  /** True if a request without a body is rejected. */
  readonly required: boolean;
  readonly examples: Examples;
}

/** Bodies by name. A test validates each against its schema. */
export type Examples = Readonly<Record<string, unknown>>;

export interface DocumentedResponse {
  /** Makes it a component of the document, for a response that several operations have. */
  readonly name?: string;
  readonly description: string;
  /** The schema of the JSON body; undefined for a response without a body. */
  readonly schema?: z.ZodType;
  readonly examples?: Examples;
  /** By name, in its usual capitalization. */
  readonly headers?: Readonly<Record<string, DocumentedHeader>>;
  /** Follow-up operations by function name, each with a parameter and the expression that provides its value. */
  readonly links?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface DocumentedHeader {
  readonly description: string;
  readonly schema: z.ZodType;
  /** Whether every response with this status has it. */
  readonly required: boolean;
}
