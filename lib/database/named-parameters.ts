import { DatabaseError } from '../errors.ts';

/**
 * The tokens of SQL that matter for parameters: strings, quoted names, comments, dollar-quoted bodies and plain words
 * (which may contain a `$`), none of which contains a parameter; then `$1`, a cast, and a colon that starts a word.
 * Nested comments are not supported, and the project's SQL has none.
 */
const TOKENS =
  /e'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|(?<quote>\$(?:[a-z_]\w*)?\$)[\s\S]*?\k<quote>|[a-z_][\w$]*|\$(?<place>\d+)|::|(?<colon>:\w+)/gi;

/** A colon that starts a word and is not a cast. */
const NAME_IN_BODY = /(?<!:):\w+/;

/** The name of the parameter `$1` in the RDS Data API. */
export function parameterName(place: number): string {
  return `p${place}`;
}

/**
 * The same statement with `:p1` instead of `$1`, for the RDS Data API. The service also replaces `:name` where SQL has
 * no parameters: in dollar-quoted bodies, which it silently changes, and in array slices. (Others have observed this on
 * Aurora PostgreSQL 17.9; strings, quoted names and comments are safe.)
 * @throws DatabaseError for a text in which it would find such a name
 */
export function toNamedParameters(sql: string): string {
  return sql.replace(TOKENS, (token, ...rest) => {
    const { quote, place, colon } = rest.at(-1) as Record<'quote' | 'place' | 'colon', string | undefined>;
    const mistaken = colon ?? (quote === undefined ? undefined : NAME_IN_BODY.exec(token)?.[0]);
    if (mistaken !== undefined) {
      const message = `The RDS Data API would mistake "${mistaken}" in this statement for a parameter; rewrite it`;
      throw new DatabaseError(message, 'defect');
    }
    return place === undefined ? token : `:${parameterName(Number(place))}`;
  });
}
