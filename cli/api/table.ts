import type { OrderWithSteps } from '../../client/index.ts';
import { printable, printableJson } from '../../infra/printable.ts';

/** Rows under their headings, with each column as wide as its content. */
export function table(headings: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => cell(row, column).length)),
  );
  const line = (row: readonly unknown[]) =>
    widths
      .map((width, column) => cell(row, column).padEnd(width))
      .join('  ')
      .trimEnd();
  return [headings, ...rows].map(line).join('\n');
}

const cell = (row: readonly unknown[], column: number): string => printable(String(row[column] ?? ''));

/** By heading: the field of each column, or a function of the item. */
type Columns<Item> = Readonly<Record<string, keyof Item | ((item: Item) => unknown)>>;

/** Prints a list: as JSON, as a table, or as a sentence if it is empty. */
export function printList<Item>(
  items: readonly Item[],
  json: boolean,
  whenEmpty: string,
  columns: Columns<Item>,
): void {
  const rows = items.map((item) =>
    Object.values(columns).map((column) => (typeof column === 'function' ? column(item) : item[column])),
  );
  if (json) console.log(printableJson(items));
  else console.log(rows.length > 0 ? table(Object.keys(columns), rows) : whenEmpty);
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
