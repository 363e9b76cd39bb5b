/** Text that a database of any encoding can store: other characters, also half of one that was cut in two, become `?`. */
export function inAscii(text: string): string {
  return text.replace(/[^\n -~]/gu, '?');
}
