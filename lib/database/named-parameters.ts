import { DatabaseError } from './database-error.ts';

/**
 * What SQL is made of, as far as parameters are concerned: strings, quoted names, comments, dollar-quoted bodies and
 * plain words (which may contain a `$`), none of which holds a parameter; then `$1`, a cast, and a colon that begins a
 * word. Comments are taken not to nest, and ours do not.
 */
const TOKENS =
  /e'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|(?<quote>\$(?:[a-z_]\w*)?\$)[\s\S]*?\k<quote>|[a-z_][\w$]*|\$(?<place>\d+)|::|(?<colon>:\w+)/gi;

/** A colon that begins a word, and is no cast. */
const NAME_IN_BODY = /(?<!:):\w+/;

/** The name of the parameter `$1` in the RDS Data API. */
export function parameterName(place: number): string {
  return `p${place}`;
}

/**
 * The same statement with `:p1` for `$1`, as the RDS Data API wants it.
 *
 * The service looks for `:name` also where SQL has none: in dollar-quoted bodies, which it then changes in silence, and
 * in array slices. (Seen on Aurora PostgreSQL 17.9 by others; strings, quoted names and comments are safe.)
 * @throws DatabaseError for a text in which it would find such a name.
 */
export function toNamedParameters(sql: string): string {
  return sql.replace(TOKENS, (token, ...rest) => {
    const { quote, place, colon } = rest.at(-1) as Record<'quote' | 'place' | 'colon', string | undefined>;
    const mistaken = colon ?? (quote === undefined ? undefined : NAME_IN_BODY.exec(token)?.[0]);
    if (mistaken !== undefined) {
      const message = `The RDS Data API would take "${mistaken}" in this statement for a parameter: write it otherwise`;
      throw new DatabaseError(message, 'defect', undefined, undefined);
    }
    return place === undefined ? token : `:${parameterName(Number(place))}`;
  });
}
