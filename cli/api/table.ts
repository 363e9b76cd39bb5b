import type { Order, OrderWithSteps } from '../../client/index.ts';
import { printable, printableJson } from '../../infra/printable.ts';

/** Rows under their headings, with each column as wide as its content. */
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

const HEADINGS = ['ORDER', 'STATUS', 'USER', 'AMOUNT', 'CREATED', 'ATTEMPTS', 'REASON'];

/** With owners, if any of these orders has one. */
export function orderTable(orders: readonly Order[]): string {
  const hasOwners = orders.some(({ owner }) => owner !== '');
  return table(
    hasOwners ? ['OWNER', ...HEADINGS] : HEADINGS,
    orders.map((order) => [
      ...(hasOwners ? [order.owner] : []),
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

type Steps = OrderWithSteps['steps'];

/** Everything that is known about one order, one field per line. */
export function orderSheet({ steps, ...order }: OrderWithSteps): string {
  return Object.entries({ ...order, steps: steps.map(stepCell) })
    .map(([field, value]) => `${field.padEnd(19)}  ${printable(inOneLine(value))}`)
    .join('\n');
}

function stepCell({ name, state, undo }: Steps[number]): string {
  return `${name} (${undo === 'done' ? 'undone' : state})`;
}

function inOneLine(value: unknown): string {
  if (Array.isArray(value)) return value.map(inOneLine).join(', ');
  return typeof value === 'object' && value !== null ? printableJson(value) : String(value ?? '-');
}
