import type { z } from 'zod';

/** What the OpenAPI document says of one route. */
export interface Operation {
  /** One line, without a full stop. */
  readonly summary: string;
  /** Markdown. */
  readonly description?: string;
  readonly tag: Tag;
  readonly parameters?: Parameters;
  readonly body?: Body;
  /** By status. Every answer that the function gives is here, and a test fails for any other. */
  readonly answers: Readonly<Record<number, DocumentedAnswer>>;
}

export type Tag = 'Orders' | 'Operating' | 'Watching';

export interface Parameters {
  readonly path?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly header?: z.ZodObject;
}

export interface Body {
  /** What is accepted, before the schema turns it into our values. */
  readonly schema: z.ZodType;
  /** Whether a request without a body is refused. */
  readonly required: boolean;
}

export interface DocumentedAnswer {
  readonly description: string;
  /** Of its JSON; undefined for an answer without a body. */
  readonly schema?: z.ZodType;
  /** By name, in the usual case. */
  readonly headers?: Readonly<Record<string, DocumentedHeader>>;
  /** Operations that go on from here, by function name: a parameter of theirs and where it comes from. */
  readonly links?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface DocumentedHeader {
  readonly description: string;
  readonly schema: z.ZodType;
  /** Whether every answer of this status has it. */
  readonly required: boolean;
}
