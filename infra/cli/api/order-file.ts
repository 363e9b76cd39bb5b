import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { NewOrder } from '../../../client/index.ts';
import { CommandError } from '../command-error.ts';

export interface FileOrder {
  /** From 1. */
  readonly line: number;
  readonly order: NewOrder;
}

/**
 * The orders of a file, a JSON object a line; "-" is the standard input. What is in them is for the service to check. The
 * amount is passed on as it is written, since a float does not hold every one.
 * @throws CommandError for a line that is not JSON, or a file that cannot be read.
 */
export async function* readOrderFile(path: string): AsyncGenerator<FileOrder> {
  const input = path === '-' ? process.stdin : createReadStream(path, 'utf8');
  let number = 0;
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      if (line.trim() !== '') yield { line: number, order: parse(line, number) };
    }
  } catch (error) {
    if (error instanceof Error && 'syscall' in error)
      throw new CommandError(`${path} cannot be read: ${error.message}`);
    throw error;
  }
}

function parse(line: string, number: number): NewOrder {
  try {
    return JSON.parse(line, (key, value: unknown, context?: { source?: string }) =>
      key === 'total_amount' && typeof value === 'number' ? context?.source : value,
    ) as NewOrder;
  } catch {
    throw new CommandError(
      `Line ${number} is not JSON. A line is like {"order_id":"ORD-1","user_id":7,"item_ids":[1],"total_amount":9.5}`,
    );
  }
}
