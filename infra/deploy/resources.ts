import type { Finding } from './finding.ts';
import type { Resource, Template } from './serverless.ts';

export type Resources = ReadonlyMap<string, Resource>;
export type Properties = Readonly<Record<string, unknown>>;

export function resourcesOf({ Resources = {} }: Template): Resources {
  return new Map(Object.entries(Resources));
}

export function ofType(resources: Resources, type: string): [string, Properties][] {
  return [...resources].filter(([, { Type }]) => Type === type).map(([id, resource]) => [id, propertiesOf(resource)]);
}

export const propertiesOf = ({ Properties = {} }: Resource): Properties => Properties;

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

export function finding(rule: string, resource: string, message: string): Finding {
  return { tool: 'sums', rule, resource, message };
}
