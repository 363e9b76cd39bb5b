import { createReadStream } from 'node:fs';
import type { NewOrder } from '../../client/index.ts';
import { UserError } from '../../infra/user-error.ts';
import { parseExactly } from './json-argument.ts';

export interface FileOrder {
  /** The number of the line, starting at 1. */
  readonly line: number;
  readonly order: NewOrder;
}

/**
 * The orders of a file, one JSON object per line; "-" is the standard input. The service validates them. Numbers are passed on as
 * they are written, because a float cannot represent every amount.
 * @throws UserError for a line that is not JSON, or a file that cannot be read
 */
export async function* readOrderFile(path: string): AsyncGenerator<FileOrder> {
  const input = path === '-' ? process.stdin : createReadStream(path);
  let number = 0;
  try {
    for await (const bytes of linesOf(input)) {
      number += 1;
      const line = decode(bytes, number);
      if (line.trim() !== '') yield { line: number, order: parse(line, number) };
    }
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw new UserError(`Cannot read ${path}: ${error.message}`);
    throw error;
  }
}

/** Lines as bytes, because text that was decoded leniently no longer shows that it was not UTF-8. */
async function* linesOf(input: AsyncIterable<Buffer | string>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  for await (const chunk of input) {
    let rest = Buffer.from(chunk);
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      yield Buffer.concat([...parts, rest.subarray(0, end)]);
      parts = [];
      rest = rest.subarray(end + 1);
    }
    parts.push(rest);
  }
  yield Buffer.concat(parts);
}

/** Skips a byte order mark. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @throws UserError that names the encoding of a line that is not UTF-8. */
function decode(bytes: Buffer, number: number): string {
  try {
    // JSON never contains NUL.
    if (!bytes.includes(0)) return utf8.decode(bytes);
  } catch {
    // The encoding is named below.
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    throw new UserError('The file is compressed with gzip. Decompress it first.');
  throw new UserError(
    `Line ${number} is ${encodingOf(bytes)}, not UTF-8. Convert the file first, for example with iconv.`,
  );
}

/** In UTF-16, each ASCII character contains one NUL, and in UTF-32 three. */
function encodingOf(bytes: Buffer): string {
  if (bytes.includes(Buffer.alloc(3))) return 'UTF-32';
  return bytes.includes(0) || /^(fffe|feff)/.test(bytes.toString('hex', 0, 2))
    ? 'UTF-16'
    : 'Latin-1 (or another encoding)';
}

function parse(line: string, number: number): NewOrder {
  try {
    return parseExactly(line);
  } catch {
    throw new UserError(
      `Line ${number} is not JSON. A line is like {"order_id":"ORD-1","user_id":7,"item_ids":[1],"total_amount":9.5}`,
    );
  }
}
