import { z } from 'zod';

export const count = z.int().nonnegative();
export const time = z.string().meta({ format: 'date-time' });

/** Seconds. */
export const seconds = z.number().nonnegative();
