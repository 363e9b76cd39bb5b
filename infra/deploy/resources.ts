import type { Resource, Template } from './serverless.ts';

/** A problem that a check found in a template. */
export interface Violation {
  /** E3682 of cfn-lint, or the name of a rule of this project: queues_are_encrypted. */
  readonly rule: string;
  /** The logical id, if it concerns one resource. */
  readonly resource: string;
  readonly message: string;
}

/** A rule about every resource of a type. */
export interface Rule {
  readonly rule: string;
  readonly type: string;
  /** What the rule requires, and why, as a sentence. */
  readonly requires: string;
  readonly holds: (properties: Properties, resource: Resource, template: Template) => boolean;
}

export type Properties = Readonly<Record<string, unknown>>;

/** The violations of these rules. */
export function brokenRules(template: Template, rules: readonly Rule[]): Violation[] {
  return Object.entries(template.Resources ?? {}).flatMap(([id, resource]) =>
    rules
      .filter(({ type }) => type === resource.Type)
      .flatMap(({ rule, holds, requires }) =>
        check(rule, id, holds(resource.Properties ?? {}, resource, template), requires),
      ),
  );
}

/** The violation of a rule, unless it holds. */
export function check(rule: string, resource: string, holds: boolean, message: string): Violation[] {
  return holds ? [] : [{ rule, resource, message }];
}

/** The resources of a type, to be changed. */
export function resourcesOfType({ Resources = {} }: Template, type: string): Resource[] {
  return Object.values(Resources).filter(({ Type }) => Type === type);
}

export function propertiesOfType(template: Template, type: string): Properties[] {
  return resourcesOfType(template, type).map(({ Properties = {} }) => Properties);
}

/** Logical ids and properties of the resources of a type. */
export function ofType({ Resources = {} }: Template, type: string): [id: string, properties: Properties][] {
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties = {} }]) => [id, Properties]);
}

/** The resource of this template that a value refers to. */
export function ownerOf({ Resources = {} }: Template, value: unknown): Resource | undefined {
  return Resources[attributeOwner(value) ?? ''];
}

/** The logical id in `!GetAtt OrderQueue.Arn`, and in the ARN of an alias: `!Join [':', [!GetAtt Worker.Arn, live]]`. */
export function attributeOwner(value: unknown): string | undefined {
  const { 'Fn::GetAtt': [owner] = [], 'Fn::Join': [, [first] = []] = [] } = (value ?? {}) as {
    'Fn::GetAtt'?: [string, string];
    'Fn::Join'?: [string, unknown[]];
  };
  return owner ?? (first === undefined ? undefined : attributeOwner(first));
}

/** Normalizes a single name or a list of names to a list. */
export function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}

/** The value at a path; undefined if a part of the path is missing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((part, name) => (part as Properties | undefined)?.[name], value);
}
