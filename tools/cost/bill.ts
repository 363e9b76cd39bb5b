import type { Month } from './assumptions.ts';
import { charge, type Meter, PRICES } from './prices.ts';
import type { Stage } from './stage.ts';
import { type Cause, type Usage, usageOf } from './usage.ts';

export interface Bill {
  readonly lines: readonly BilledUsage[];
  /** Dollars. */
  readonly total: number;
  readonly of: (...causes: readonly Cause[]) => number;
}

export interface BilledUsage extends Usage {
  readonly usd: number;
}

export interface BillOptions {
  /** True to deduct the AWS free tier, for an account that runs nothing else. */
  readonly freeAmounts: boolean;
}

/** The cost of a month of orders on a stage. */
export function billOf(stage: Stage, month: Month, options: BillOptions): Bill {
  const usage = usageOf(stage, month).filter(({ amount }) => amount > 0);
  const totals = new Map<Meter, number>();
  for (const { meter, amount } of usage) totals.set(meter, (totals.get(meter) ?? 0) + amount);

  // Tiers and free amounts apply to a meter as a whole: its lines share its cost.
  const lines = usage.map((line) => {
    const total = totals.get(line.meter) ?? line.amount;
    const price = PRICES[line.meter];
    const usd = charge(total, options.freeAmounts ? price : { ...price, free: 0 });
    return { ...line, usd: (usd * line.amount) / total };
  });
  const sum = (some: readonly BilledUsage[]) => some.reduce((total, { usd }) => total + usd, 0);
  return {
    lines,
    total: sum(lines),
    of: (...causes) => sum(lines.filter(({ cause }) => causes.includes(cause))),
  };
}
