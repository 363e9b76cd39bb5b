import { existsSync, openSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import type { Order } from '../../client/index.ts';
import { command } from '../../infra/command.ts';
import { printableJson } from '../../infra/printable.ts';
import { UsageError, UserError } from '../../infra/user-error.ts';
import { FILTER_OPTIONS, filterOf, type OrderPage, pagesOf } from './order-list.ts';
import { connectStage, STAGE_OPTIONS } from './stage.ts';

export const exportOrders = command({
  name: 'orders export',
  usage: ['[filters] [--format csv] [--output FILE [--resume]]'],
  does: `Writes orders, newest first, as one JSON object per line or as CSV. Orders that are created in the meantime are left out. An
export to a file that was interrupted continues with --resume: it keeps its position in FILE.position until it is complete.`,
  options: {
    ...FILTER_OPTIONS,
    format: {
      type: 'choice',
      choices: ['ndjson', 'csv'],
      default: 'ndjson',
      help: 'JSON objects, or CSV, in which metadata and items are JSON',
    },
    output: { type: 'string', value: 'FILE', help: 'the file to write; without it, the standard output' },
    resume: { type: 'boolean', help: 'continues an export that was interrupted' },
    url: STAGE_OPTIONS.url,
  },
  examples: [
    'npm run orders -- export --status Completed --to 2026-01-01T00:00:00Z --output 2025.ndjson',
    'npx orders export --format csv | aws s3 cp - s3://archive/orders.csv',
  ],
  async run({ format, output, resume, url, ...filters }) {
    if (resume && output === undefined) throw new UsageError('--resume needs --output.');
    const filter = filterOf(filters);
    const what = printableJson({ format, filter, ...(format === 'csv' && { columns: COLUMNS }) });
    const file = output === undefined ? undefined : new ResumableFile(output, what);
    const start = file?.open(resume) ?? { cursor: null, bytes: 0 };
    const write = (text: string) => (file ? file.write(text) : writeFileSync(process.stdout.fd, text));
    const { head, line } = FORMATS[format];
    if (start.bytes === 0) write(head);
    let orders = 0;
    for await (const page of pagesOf(connectStage({ url }), filter, Number.POSITIVE_INFINITY, start.cursor)) {
      write(page.orders.map(line).join(''));
      file?.keepPosition(page);
      orders += page.orders.length;
    }
    file?.complete();
    console.error(`Exported ${orders} orders${output === undefined ? '' : ` to ${output}`}.`);
  },
});

const COLUMNS = [
  ...['order_id', 'owner', 'status', 'user_id', 'item_ids', 'total_amount', 'created_at', 'finished_at'],
  ...['processing_time', 'attempts', 'redrives', 'reason_code', 'reason'],
  ...['currency', 'customer_ref', 'metadata', 'items', 'process_after'],
] as const;

const FORMATS = {
  ndjson: { head: '', line: (order: Order) => `${printableJson(order)}\n` },
  csv: {
    head: `${COLUMNS.join(',')}\r\n`,
    line: (order: Order) => `${COLUMNS.map((name) => cell(order[name as keyof Order])).join(',')}\r\n`,
  },
};

/** As RFC 4180 has it. A spreadsheet would run a formula in a text, so its first character is escaped. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = textOf(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) && !/^-?[\d.]+$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Object.keys(value).length === 0) return '';
  return Array.isArray(value) && typeof value[0] === 'number' ? value.join(' ') : printableJson(value);
}

interface Position {
  readonly cursor: string | null;
  /** The length of what was written up to there. */
  readonly bytes: number;
}

/** A file with a second one next to it, which has the position up to which it is complete. */
class ResumableFile {
  readonly #path: string;
  readonly #positionPath: string;
  /** What is exported; a position of another export does not fit. */
  readonly #what: string;
  #descriptor = -1;
  #bytes = 0;

  constructor(path: string, what: string) {
    this.#path = path;
    this.#positionPath = `${path}.position`;
    this.#what = what;
  }

  /** @throws UserError if there is nothing to continue, or something that would be overwritten */
  open(resume: boolean): Position {
    if (resume) {
      const position = this.#readPosition();
      // What was written after the position is written again.
      truncateSync(this.#path, position.bytes);
      this.#descriptor = openSync(this.#path, 'a');
      this.#bytes = position.bytes;
      return position;
    }
    if (existsSync(this.#path))
      throw new UserError(`${this.#path} exists. Delete it, choose another --output, or continue it with --resume.`);
    this.#descriptor = openSync(this.#path, 'ax');
    return { cursor: null, bytes: 0 };
  }

  write(text: string): void {
    // All of it: write() may write less.
    writeFileSync(this.#descriptor, text);
    this.#bytes += Buffer.byteLength(text);
  }

  keepPosition({ next: cursor }: OrderPage): void {
    // After the last page, the export is complete. If it ends before it says so, that page is written again.
    if (cursor === null) return;
    const position = { what: this.#what, cursor, bytes: this.#bytes };
    writeFileSync(`${this.#positionPath}.new`, printableJson(position));
    renameSync(`${this.#positionPath}.new`, this.#positionPath);
  }

  complete(): void {
    rmSync(this.#positionPath, { force: true });
  }

  #readPosition(): Position {
    if (!existsSync(this.#positionPath)) throw new UserError(`There is no ${this.#positionPath} to continue from.`);
    const position = JSON.parse(readFileSync(this.#positionPath, 'utf8')) as Position & { what: string };
    if (position.what !== this.#what)
      throw new UserError(
        `${this.#positionPath} is from an export with other filters or another format: repeat those, or start again.`,
      );
    return position;
  }
}
