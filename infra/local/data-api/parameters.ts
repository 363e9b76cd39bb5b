import { invalid } from './service-error.ts';

/**
 * What the service skips when it looks for `:name`: strings, quoted names, comments and casts. It should also skip
 * dollar-quoted bodies and array slices, but does not.
 */
const TOKENS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|::|:(?<name>\w+)/g;

/**
 * Named parameters in the form of Postgres. Each occurrence is a separate parameter, as with JDBC, so `GROUP BY f(:x)`
 * is not the same as `SELECT f(:x)`. Each value has the type of its field, and Postgres only applies the implicit casts
 * that it would apply to a column of that type.
 * @returns the SQL with `$1` for each occurrence of a parameter, and its values
 * @throws ServiceError for a parameter that the service does not accept
 */
export function bindParameters(sql: string, parameters: unknown = []): { sql: string; values: unknown[] } {
  if (!Array.isArray(parameters)) throw invalid('parameters must be a list');
  const fields = new Map<string, readonly [value: unknown, cast: string]>();
  for (const { name, value, typeHint, ...rest } of parameters) {
    if (typeof name !== 'string') throw invalid('Each parameter must have a name.');
    if (typeHint !== undefined) throw invalid('This emulator does not support typeHint: cast in the SQL.');
    if (Object.keys(rest).length > 0) throw invalid(`Unknown members of a parameter: ${Object.keys(rest).join()}`);
    fields.set(name, readField(name, value));
  }
  const values: unknown[] = [];
  let count = 0;
  const text = sql.replace(TOKENS, (token, ...rest) => {
    const { name } = rest.at(-1) as { name?: string };
    if (name === undefined) return token;
    count += 1;
    const field = fields.get(name);
    // No parameter is bound then, and Postgres reports the error.
    if (!field) return `$${count}`;
    values.push(field[0]);
    return field[1] ? `($${count}::${field[1]})` : `$${count}`;
  });
  return { sql: text, values };
}

/** The value for Postgres and its type; a NULL has none. */
function readField(name: string, field: unknown): readonly [value: unknown, cast: string] {
  const [[kind, value] = [], ...others] = Object.entries(field ?? {});
  if (others.length > 0) throw invalid(`Parameter ${name} must have exactly one value.`);
  if (kind === 'isNull' && value === true) return [null, ''];
  if (kind === 'stringValue' && typeof value === 'string') return [value, 'text'];
  if (kind === 'booleanValue' && typeof value === 'boolean') return [value, 'boolean'];
  if (kind === 'longValue' && Number.isSafeInteger(value)) return [value, 'bigint'];
  if (kind === 'doubleValue' && typeof value === 'number') return [value, 'double precision'];
  if (kind === 'arrayValue') throw invalid('Array parameters are not supported.');
  throw invalid(`Parameter ${name} has no value that this emulator takes: ${JSON.stringify(field)}`);
}
