import * as z from 'zod';

/** No order was created outside this range, and both Postgres and JavaScript support all of it. */
const EARLIEST = Date.UTC(1970, 0, 1);
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A time with its zone (RFC 3339), from 1970 to 9999. @param rule the message for any other value */
export const timeOf = (rule: string, description?: string) =>
  z.iso
    .datetime({ offset: true, error: rule })
    .meta({
      pattern: '^(19[7-9][0-9]|[2-9][0-9]{3})-',
      examples: ['2026-11-23T09:30:00Z'],
      ...(description !== undefined && { description }),
    })
    .transform((text) => new Date(text))
    .refine((date) => date.getTime() >= EARLIEST && date.getTime() <= LATEST, rule);
