import type { Order } from '../../client/index.ts';

/** Rows under their headings, each column as wide as what is in it. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => cell(row, column).length)),
  );
  const line = (row: readonly string[]) =>
    widths
      .map((width, column) => cell(row, column).padEnd(width))
      .join('  ')
      .trimEnd();
  return [headings, ...rows].map(line).join('\n');
}

const cell = (row: readonly string[], column: number): string => printable(row[column] ?? '');

/** What would move the cursor, or have text run the other way. Without joiners (U+200C, U+200D) an emoji falls apart. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/gu;

/** Text as a terminal may have it: ids, reasons and dead letters come from others. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** The same for text of several lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

const HEADINGS = ['ORDER', 'STATUS', 'USER', 'AMOUNT', 'CREATED', 'ATTEMPTS', 'REASON'];

export function orderTable(orders: readonly Order[]): string {
  return table(
    HEADINGS,
    orders.map((order) => [
      order.order_id,
      order.status,
      String(order.user_id),
      order.total_amount,
      order.created_at,
      String(order.attempts),
      order.reason_code ?? '',
    ]),
  );
}

/** Everything that is known of one order, a line each. */
export function orderSheet(order: Order): string {
  return Object.entries(order)
    .map(
      ([field, value]) =>
        `${field.padEnd(16)}  ${printable(Array.isArray(value) ? value.join(', ') : String(value ?? '-'))}`,
    )
    .join('\n');
}
