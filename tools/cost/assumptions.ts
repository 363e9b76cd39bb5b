/**
 * The model's assumptions about a month, in addition to the template of the stage. Each is an option of `npm run cost`,
 * and is printed with the result, because the result is only as good as these.
 */
interface Assumption {
  readonly byDefault: number;
  readonly unit: string;
  /** The source of the default. */
  readonly from: string;
}

const BILLED = 'npm run bench -- billed, 2026-11-23';
const GUESS = 'a guess';

export const ASSUMPTIONS = {
  orders: { byDefault: 1_000_000, unit: 'orders per month', from: 'the question' },
  busyHours: {
    byDefault: 730,
    unit: 'hours of the month in which they come, evenly',
    from: 'all of them, the most expensive: the slower orders come, the smaller are the batches',
  },
  readsPerOrder: { byDefault: 1, unit: 'GET requests per order', from: 'a client that asks once what became of it' },
  processorMs: {
    byDefault: 2_000,
    unit: 'ms that the processor takes for a batch, side by side',
    from: 'the simulated work (PROCESSING_DELAY_MS)',
  },
  databaseMs: { byDefault: 10, unit: 'ms to wait for a statement', from: `${GUESS}: on AWS it was never measured` },
  sendMs: { byDefault: 10, unit: 'ms to wait for a send to SQS', from: `${GUESS}: on AWS it was never measured` },
  authorizeCpuMs: { byDefault: 0.13, unit: 'ms of CPU per authorization', from: BILLED },
  createCpuMs: { byDefault: 2.5, unit: 'ms of CPU per POST', from: BILLED },
  readCpuMs: { byDefault: 1.3, unit: 'ms of CPU per GET', from: BILLED },
  batchCpuMs: { byDefault: 3.3, unit: 'ms of CPU per batch', from: BILLED },
  orderCpuMs: { byDefault: 0.035, unit: 'ms of CPU per order in a batch', from: BILLED },
  sweepCpuMs: { byDefault: 8.2, unit: 'ms of CPU per sweep', from: BILLED },
  coldStarts: { byDefault: 0.005, unit: 'cold starts per invocation', from: GUESS },
  coldStartMs: { byDefault: 250, unit: 'ms per cold start', from: 'what a bundle may take at most' },
  keys: { byDefault: 10, unit: 'API keys in use at a time', from: GUESS },
  authorizers: { byDefault: 5, unit: 'containers of the authorizer, each with its own memory', from: GUESS },
  pollers: {
    byDefault: 5,
    unit: 'pollers of the event source',
    from: 'AWS Lambda Developer Guide, "SQS event source"',
  },
  pollSeconds: { byDefault: 20, unit: 's per poll of an empty queue', from: 'the longest that SQS allows' },
  responseBytes: { byDefault: 600, unit: 'bytes per response with its headers', from: GUESS },
  createLogBytes: { byDefault: 316, unit: 'bytes logged per POST', from: BILLED },
  orderLogBytes: { byDefault: 297, unit: 'bytes logged per order in a batch', from: BILLED },
  sweepLogBytes: { byDefault: 607, unit: 'bytes logged per sweep', from: BILLED },
  lambdaLogBytes: {
    byDefault: 370,
    unit: 'bytes that Lambda logs per invocation: START, END, REPORT',
    from: 'the lines in the AWS Lambda Developer Guide, and 26 bytes more for each event',
  },
  accessLogBytes: { byDefault: 300, unit: 'bytes of access log per request', from: "the stage's format, filled in" },
  acu: {
    byDefault: 0,
    unit: 'ACUs on average, if that is more than the minimum',
    from: 'a database that is not busy',
  },
  secretReads: {
    byDefault: 0,
    unit: 'reads of the secret per statement of the Data API, 0 to 1',
    from: `${GUESS}: only a bill can tell`,
  },
  bytesPerOrder: { byDefault: 1_900, unit: 'bytes that an order takes with history and indexes', from: BILLED },
  monthsKept: { byDefault: 12, unit: 'months of orders in the database', from: GUESS },
  ioPerOrder: { byDefault: 10, unit: 'storage I/O requests per order', from: GUESS },
} as const satisfies Record<string, Assumption>;

export type AssumptionName = keyof typeof ASSUMPTIONS;

/** A month with these assumptions. */
export type Month = Readonly<Record<AssumptionName, number>>;

/** The month with all defaults, some of them replaced. */
export function monthOf(replaced: Partial<Month> = {}): Month {
  const byDefault = Object.entries(ASSUMPTIONS).map(([name, assumption]) => [name, assumption.byDefault]);
  return { ...(Object.fromEntries(byDefault) as Month), ...replaced };
}
