import { ASSUMPTION_NAMES, ASSUMPTIONS, type Month } from './assumptions.ts';
import { type Bill, type BilledUsage, type BillOptions, billOf } from './bill.ts';
import { PRICES, PRICES_AS_OF, REGION } from './prices.ts';
import { savingsOf } from './savings.ts';
import type { Stage } from './stage.ts';
import type { Cause } from './usage.ts';

const TITLES: Readonly<Record<Cause, (month: Month) => string>> = {
  orders: ({ orders }) => `${whole(orders)} orders, from POST to Completed`,
  reads: ({ orders, readsPerOrder }) => `${whole(orders * readsPerOrder)} reads`,
  month: () => 'The month, whether anybody orders or not',
  processor: () => 'The processor: waiting for its work',
  database: () => 'The database',
};

/** A line that costs at least this many dollars is shown separately. */
const SHOWN = 0.01;

/** The cost of a month of orders by cause, what would reduce it, and all assumptions. */
export function costReport(name: string, stage: Stage, month: Month, options: BillOptions): string {
  const bill = billOf(stage, month, options);
  const causes = (Object.keys(TITLES) as Cause[]).filter((cause) => bill.of(cause) > 0);
  return [
    `Stage ${name}, list prices of ${REGION} as of ${PRICES_AS_OF}, ${options.freeAmounts ? 'less' : 'without'} what is free`,
    ...causes.map((cause) => section(`${TITLES[cause](month)}`, bill.of(cause), linesOf(bill, cause))),
    total(bill, month),
    `What would make it cheaper\n${savingsOf(stage, month, options)
      .map(({ setting, usd, but }) => `${money(-usd)}  ${setting}: ${but}`)
      .join('\n')}`,
    `What is assumed, each an option\n${ASSUMPTION_NAMES.map((key) => assumption(key, month)).join('\n')}`,
  ].join('\n\n');
}

function section(title: string, usd: number, lines: readonly BilledUsage[]): string {
  const shown = lines.filter((line) => line.usd >= SHOWN).sort((a, b) => b.usd - a.usd);
  const rest = usd - shown.reduce((sum, line) => sum + line.usd, 0);
  const rows = shown.map(
    ({ what, meter, amount, usd: dollars }) => `${money(dollars)}  ${what}: ${amountOf(amount)} ${PRICES[meter].unit}`,
  );
  if (rest >= SHOWN / 2) rows.push(`${money(rest)}  all else`);
  return [title, ...rows, `${money(usd)}  in all`].join('\n');
}

const linesOf = ({ lines }: Bill, cause: Cause) => lines.filter((line) => line.cause === cause);

function total(bill: Bill, { orders }: Month): string {
  const perMillion = (usd: number) => (usd * 1_000_000) / orders;
  return [
    'In all',
    `${money(bill.total)}  a month`,
    `${money(perMillion(bill.of('orders')))}  a million orders, without the processor's time, the database and the month`,
    `${money(perMillion(bill.total - bill.of('database')))}  a million orders, with all of this except the database`,
  ].join('\n');
}

function assumption(key: keyof Month, month: Month): string {
  const { unit, from } = ASSUMPTIONS[key];
  return `  --${optionOf(key)} ${amountOf(month[key])}  ${unit} (${from})`;
}

/** The option of an assumption: createCpuMs is --create-cpu-ms. */
export function optionOf(key: keyof Month): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const money = (usd: number) => `${usd < 0 ? '-' : ' '}$${Math.abs(usd).toFixed(2).padStart(8)}`;

const whole = (value: number) => Math.round(value).toLocaleString('en-US');

/** Rounded to a useful precision. */
const amountOf = (value: number) => (value >= 100 ? whole(value) : String(Number(value.toPrecision(3))));
