import { z } from 'zod';

/** A whole number in a query, which comes as text: 5, and 5.0 as some clients write a number that they keep as a float. */
export function wholeNumber(lowest: number, highest: number, unit = '') {
  const rule = `must be a whole number ${unit && `of ${unit} `}from ${lowest} to ${highest}`;
  return (
    z
      .string()
      .refine((text) => /^-?\d{1,10}(\.0{1,10})?$/.test(text), rule)
      // What the OpenAPI document says of the text in a query.
      .meta({ type: 'integer', minimum: lowest, maximum: highest })
      .transform(Number)
      .refine((value) => value >= lowest && value <= highest, rule)
  );
}
