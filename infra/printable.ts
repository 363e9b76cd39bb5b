/**
 * Characters that move the cursor, break a line or reverse the direction of text, in a terminal or a log viewer:
 * control characters (C0 and C1), lone surrogates, line separators and invisible formatting. Not the joiners U+200C and
 * U+200D, without which emoji and some scripts are displayed incorrectly.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu;

/** Text that is safe to print. Order ids, reasons, dead letters and arguments come from other people. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** The same for text of several lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** JSON on one line that is safe to print, and that parses to the same value. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(UNPRINTABLE, (character) =>
    // An escape of JSON is one UTF-16 code unit.
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
