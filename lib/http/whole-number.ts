import * as z from 'zod';

/** A whole number in a query, as text: 5, or 5.0 from clients that keep the number as a float. */
export function wholeNumber(lowest: number, highest: number, unit = '') {
  const rule = `must be a whole number ${unit && `of ${unit} `}from ${lowest} to ${highest}`;
  return (
    z
      .string()
      .refine((text) => /^-?\d{1,16}(\.0{1,10})?$/.test(text), rule)
      // For the OpenAPI document, which describes the value as an integer.
      .meta({ type: 'integer', minimum: lowest, maximum: highest })
      .transform(Number)
      .refine((value) => value >= lowest && value <= highest, rule)
  );
}
