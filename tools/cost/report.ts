import type { Month } from './assumptions.ts';
import { PRICES, PRICES_AS_OF, REGION } from './prices.ts';
import type { Stage } from './stage.ts';
import { type Cause, usageOf } from './usage.ts';

export type Bill = ReturnType<typeof billOf>;

/** What a month costs: a line for each thing that causes a cost, with its amounts. */
export function billOf(stage: Stage, month: Month) {
  const usage = usageOf(stage, month).filter(({ amount }) => amount > 0);
  const lines = [...Map.groupBy(usage, ({ cause, what }) => `${cause} ${what}`).values()].map((group) => ({
    ...(group[0] as { cause: Cause; what: string }),
    usd: group.reduce((sum, { meter, amount }) => sum + amount * PRICES[meter].usd, 0),
    amounts: group.map(({ meter, amount }) => `${amountOf(amount)} ${PRICES[meter].unit}`).join(', '),
  }));
  const sum = (some: typeof lines) => some.reduce((total, { usd }) => total + usd, 0);
  return {
    /** The largest first. */
    lines: lines.sort((a, b) => b.usd - a.usd),
    total: sum(lines),
    of: (...causes: readonly Cause[]) => sum(lines.filter(({ cause }) => causes.includes(cause))),
  };
}

/** A line that costs at least this many dollars is shown. */
const SHOWN = 0.01;

/** The cost of a month by cause, and what dominates it. */
export function costReport(name: string, stage: Stage, month: Month): string {
  const bill = billOf(stage, month);
  const titles: Readonly<Record<Cause, string>> = {
    orders: `${amountOf(month.orders)} orders, from POST to Completed`,
    reads: `${amountOf(month.orders * month.readsPerOrder)} reads`,
    processor: 'The processor: its time',
    month: 'A month without orders: all but the database',
    database: 'The database',
  };
  const sections = (Object.keys(titles) as Cause[]).map((cause) =>
    [
      `${money(bill.of(cause))}  ${titles[cause]}`,
      ...bill.lines
        .filter((line) => line.cause === cause && line.usd >= SHOWN)
        .map(({ what, usd, amounts }) => `${money(usd)}    ${what}: ${amounts}`),
    ].join('\n'),
  );
  const dominant = bill.lines
    .slice(0, 3)
    .map(({ cause, what, usd }) => `${what} (${cause}) ${percent(usd / bill.total)}`);
  return [
    `Stage ${name}, list prices of ${REGION} as of ${PRICES_AS_OF}, without free amounts and volume discounts`,
    ...sections,
    `${money(bill.total)}  in all. What dominates: ${dominant.join(', ')}`,
  ].join('\n\n');
}

const money = (usd: number) => `$${usd.toFixed(2).padStart(9)}`;
const percent = (share: number) => `${Math.round(100 * share)} %`;

/** Rounded to a useful precision. */
const amountOf = (value: number) =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
