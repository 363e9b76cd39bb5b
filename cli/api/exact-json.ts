/** TypeScript does not know it yet. */
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown };

/**
 * Parses JSON whose numbers are sent on with the digits that they are written with, because a float cannot represent every amount.
 * @throws SyntaxError
 */
export function parseExactly(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' ? rawJson(context?.source ?? '') : value,
  );
}
