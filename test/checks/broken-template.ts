/** Any part of a template, to be broken. */
// biome-ignore lint/suspicious/noExplicitAny: a template has a thousand shapes, and a test wants to write into one place.
export type Json = any;

/** Gives its resource to a change, and fails when there is none: a break that breaks nothing shows nothing. */
export function change(template: Json, logicalId: string, edit: (properties: Json, resource: Json) => void): void {
  const resource = template.Resources[logicalId];
  if (!resource) throw new Error(`The template has no ${logicalId}`);
  edit(resource.Properties, resource);
}

/** The logical id of the first resource of a type. */
export function firstOf(template: Json, type: string): string {
  const found = Object.entries(template.Resources).find(([, resource]) => (resource as Json).Type === type);
  if (!found) throw new Error(`The template has no ${type}`);
  return found[0];
}

/** The logical id of the role of a function, which contains a digest. */
export function roleOf(template: Json, functionId: string): string {
  return template.Resources[functionId].Properties.Role['Fn::GetAtt'][0];
}
