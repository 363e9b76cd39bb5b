import type { Month } from './assumptions.ts';
import { type BillOptions, billOf } from './bill.ts';
import type { Stage } from './stage.ts';

/** A setting that could be changed, the savings per month, and its other effects. */
export interface Saving {
  readonly setting: string;
  readonly but: string;
  readonly usd: number;
}

interface Change {
  readonly setting: string;
  readonly but: string;
  readonly stage?: (stage: Stage) => Partial<Stage>;
  readonly month?: (month: Month) => Partial<Month>;
}

const CHANGES: readonly Change[] = [
  {
    setting: 'batchingWindow: 20',
    but: 'an order may wait 20 s until it is processed; visibilityTimeout must grow along',
    stage: ({ batchingWindow }) => ({ batchingWindow: Math.max(batchingWindow, 20) }),
  },
  {
    setting: 'memorySize: 128 of processOrders',
    but: 'half of the processor speed; little room for a processor of your own',
    stage: ({ memory }) => ({ memory: (key) => (key === 'processOrders' ? 128 : memory(key)) }),
  },
  {
    setting: 'memorySize: 256 of all functions',
    but: 'cold starts take longer',
    stage: ({ memory }) => ({ memory: (key) => Math.min(256, memory(key)) }),
  },
  {
    setting: 'LOG_LEVEL=WARN',
    but: 'no lines about each order: support has its history instead',
    month: () => ({ createLogBytes: 0, orderLogBytes: 0 }),
  },
  {
    setting: 'logs: { logFormat: JSON, systemLogLevel: WARN } of all functions',
    but: 'no START, END and REPORT lines: memory used and cold starts are not logged',
    stage: () => ({ logsRuns: () => false }),
  },
  {
    setting: 'logRetentionDays: 7',
    but: 'what happened last week is not known',
    stage: ({ logRetention }) => ({ logRetention: Math.min(7, logRetention) }),
  },
  {
    setting: 'watched: false',
    but: 'no alarms and no dashboard',
    stage: () => ({ alarms: 0, dashboards: 0, customMetrics: 0, keys: 0 }),
  },
  {
    setting: 'databaseStorageType: aurora-iopt1',
    but: 'a cluster can be changed to it once in 30 days',
    stage: ({ database }) => ({ database: database && { ...database, isOptimized: true } }),
  },
  {
    setting: 'databaseStandby: false',
    but: 'when the instance fails, orders are refused for minutes rather than one',
    stage: ({ database }) => ({ database: database && { ...database, instances: 1 } }),
  },
];

/** Smaller savings are not worth a line. */
const WORTH_A_LINE = 0.05;

/** The savings of each setting by itself, largest first. */
export function savingsOf(stage: Stage, month: Month, options: BillOptions): Saving[] {
  const { total } = billOf(stage, month, options);
  return CHANGES.map(({ setting, but, ...change }) => {
    const changed = billOf({ ...stage, ...change.stage?.(stage) }, { ...month, ...change.month?.(month) }, options);
    return { setting, but, usd: total - changed.total };
  })
    .filter(({ usd }) => usd >= WORTH_A_LINE)
    .sort((a, b) => b.usd - a.usd);
}
