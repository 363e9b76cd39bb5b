/** A table of results as text; the first column names the row. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The result of a benchmark, and how it was measured. */
export interface Result {
  /** How it was measured, in a few sentences. */
  readonly method: string;
  readonly tables: readonly Table[];
}

/** A Markdown table with aligned columns, so that it is also readable in a terminal. */
export function formatTable({ title, columns, rows }: Table): string {
  const widths = columns.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, at) => (at === 0 ? (cells[at] ?? '').padEnd(width) : (cells[at] ?? '').padStart(width))).join(' | ')} |`;
  const rule = `|${widths.map((width, at) => (at === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [`${title}:`, '', line(columns), rule, ...rows.map(line)].join('\n');
}

/** 12,345 */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Three significant digits, and no exponent. */
export function short(value: number): string {
  return value >= 100 ? whole(value) : String(Number(value.toPrecision(3)));
}

/** "78 %" of another value. */
export function share(value: number, of: number): string {
  return `${Math.round((100 * value) / of)} %`;
}

/** "2.1 ×" another value. */
export function times(value: number, of: number): string {
  return `${short(value / of)} ×`;
}
