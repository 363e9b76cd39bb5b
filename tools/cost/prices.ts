/**
 * AWS's list prices in US East (N. Virginia), in US dollars without tax, as of 2026-11-23. The only place for prices:
 * to update them, change this file and its date. AWS renders its price tables by script, so no tool could read them
 * from AWS's own pages; `checked` names the source against which each was compared instead, and its date.
 */
export const PRICES_AS_OF = '2026-11-23';
export const REGION = 'us-east-1';

export interface Tier {
  /** The units of a month up to which this tier applies, counted from the first unit. */
  readonly upTo: number;
  /** Dollars per unit. */
  readonly usd: number;
}

export interface Price {
  readonly unit: string;
  readonly tiers: readonly Tier[];
  /** Free units per month, for every account and without end (twelve-month offers are not included). */
  readonly free: number;
  /** AWS's page. */
  readonly source: string;
  readonly checked: string;
}

const MILLION = 1_000_000;
const flat = (usd: number): readonly Tier[] => [{ upTo: Number.POSITIVE_INFINITY, usd }];

const CLOUDWATCH = {
  source: 'https://aws.amazon.com/cloudwatch/pricing/',
  checked: 'a transcription of the page by api-evangelist/cloudwatch, May 2026',
};
const AURORA = {
  source: 'https://aws.amazon.com/rds/aurora/pricing/',
  checked: 'the constants of the Aurora skills in aws/agent-toolkit-for-aws, 2026-03-28',
};
const AURORA_OPTIMIZED = {
  ...AURORA,
  checked:
    'the surcharges (30 % and 125 %) by emnode.com and factualminds.com, June 2026; computed from the prices above',
};
const UNCHECKED = 'not compared with any second source';

export const PRICES = {
  httpApiRequests: {
    unit: 'requests',
    tiers: [
      { upTo: 300 * MILLION, usd: 1 / MILLION },
      { upTo: Number.POSITIVE_INFINITY, usd: 0.9 / MILLION },
    ],
    free: 0,
    source: 'https://aws.amazon.com/api-gateway/pricing/',
    checked: 'the worked example of the page (300 million at $1.00, 132 million at $0.90), as read on 2026-09-20',
  },
  lambdaRequests: {
    unit: 'requests',
    tiers: flat(0.2 / MILLION),
    free: MILLION,
    source: 'https://aws.amazon.com/lambda/pricing/',
    checked: 'the text of the page, as read on 2026-09-20',
  },
  lambdaGbSeconds: {
    unit: 'GB-seconds on Arm',
    tiers: [
      { upTo: 7_500 * MILLION, usd: 0.000_013_333_4 },
      { upTo: 18_750 * MILLION, usd: 0.000_012_000_1 },
      { upTo: Number.POSITIVE_INFINITY, usd: 0.000_010_666_7 },
    ],
    free: 400_000,
    source: 'https://aws.amazon.com/lambda/pricing/',
    checked: 'the free amount by the text of the page, 2026-09-20; the tiers by two independent articles of 2024',
  },
  sqsRequests: {
    unit: 'requests of at most 64 KB',
    tiers: [
      { upTo: 100_000 * MILLION, usd: 0.4 / MILLION },
      { upTo: 200_000 * MILLION, usd: 0.3 / MILLION },
      { upTo: Number.POSITIVE_INFINITY, usd: 0.24 / MILLION },
    ],
    free: MILLION,
    source: 'https://aws.amazon.com/sqs/pricing/',
    checked: 'two independent articles of March and June 2026',
  },
  pollerHours: {
    unit: 'hours of a provisioned poller',
    tiers: flat(0.00925),
    free: 0,
    source: 'https://aws.amazon.com/lambda/pricing/',
    checked: UNCHECKED,
  },
  eventBridgeInvocations: {
    unit: 'scheduled invocations',
    tiers: flat(1 / MILLION),
    // The 14 million free ones are for EventBridge Scheduler; the page has no price for a rule with a schedule, so this
    // is the price of a custom event, which is an upper bound.
    free: 0,
    source: 'https://aws.amazon.com/eventbridge/pricing/',
    checked: 'the price list as kept by labofsahil/aws-pricing-dataset, 2025-01-01, for EventBridge Scheduler',
  },
  logsIngestedGb: {
    unit: 'GB of logs taken in',
    tiers: flat(0.5),
    free: 5,
    ...CLOUDWATCH,
  },
  logsStoredGbMonths: { unit: 'GB-months of logs, compressed', tiers: flat(0.03), free: 0, ...CLOUDWATCH },
  customMetrics: {
    unit: 'metric-months',
    tiers: [
      { upTo: 10_000, usd: 0.3 },
      { upTo: 250_000, usd: 0.1 },
      { upTo: Number.POSITIVE_INFINITY, usd: 0.05 },
    ],
    free: 10,
    ...CLOUDWATCH,
  },
  alarmMetrics: { unit: 'alarm-metric-months', tiers: flat(0.1), free: 10, ...CLOUDWATCH },
  dashboards: { unit: 'dashboard-months', tiers: flat(3), free: 3, ...CLOUDWATCH },
  secrets: {
    unit: 'secret-months',
    tiers: flat(0.4),
    free: 0,
    source: 'https://aws.amazon.com/secrets-manager/pricing/',
    checked: 'the text of the page, as read on 2026-09-20',
  },
  secretReads: {
    unit: 'reads of a secret',
    tiers: flat(0.05 / 10_000),
    free: 0,
    source: 'https://aws.amazon.com/secrets-manager/pricing/',
    checked: 'the text of the page, as read on 2026-09-20',
  },
  kmsKeys: {
    unit: 'key-months',
    tiers: flat(1),
    free: 0,
    source: 'https://aws.amazon.com/kms/pricing/',
    checked: UNCHECKED,
  },
  xrayTraces: {
    unit: 'traces recorded',
    tiers: flat(5 / MILLION),
    free: 100_000,
    source: 'https://aws.amazon.com/xray/pricing/',
    checked: 'the free amount by api-evangelist/cloudwatch, May 2026; the price not',
  },
  internetGb: {
    unit: 'GB to the internet',
    tiers: [
      { upTo: 10_240, usd: 0.09 },
      { upTo: 51_200, usd: 0.085 },
      { upTo: Number.POSITIVE_INFINITY, usd: 0.07 },
    ],
    free: 100,
    source: 'https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer',
    checked: 'an article of May 2025, for the first tier',
  },
  dataApiRequests: {
    unit: 'requests of at most 32 KB',
    tiers: [
      { upTo: 1_000 * MILLION, usd: 0.35 / MILLION },
      { upTo: Number.POSITIVE_INFINITY, usd: 0.2 / MILLION },
    ],
    free: 0,
    source: 'https://aws.amazon.com/rds/aurora/pricing/',
    checked: 'an article, for the first tier; the second not',
  },
  auroraAcuHours: { unit: 'ACU-hours', tiers: flat(0.12), free: 0, ...AURORA },
  auroraStorageGbMonths: { unit: 'GB-months', tiers: flat(0.1), free: 0, ...AURORA },
  auroraIoRequests: { unit: 'I/O requests', tiers: flat(0.2 / MILLION), free: 0, ...AURORA },
  // I/O-Optimized: 30 % more for capacity, 125 % more for storage, nothing for I/O.
  auroraOptimizedAcuHours: { unit: 'ACU-hours, I/O-Optimized', tiers: flat(0.156), free: 0, ...AURORA_OPTIMIZED },
  auroraOptimizedStorageGbMonths: {
    unit: 'GB-months, I/O-Optimized',
    tiers: flat(0.225),
    free: 0,
    ...AURORA_OPTIMIZED,
  },
  rdsProxyAcuHours: {
    unit: 'ACU-hours behind RDS Proxy',
    tiers: flat(0.015),
    free: 0,
    source: 'https://aws.amazon.com/rds/proxy/pricing/',
    checked: UNCHECKED,
  },
  vpcEndpointHours: {
    unit: 'hours of an interface endpoint in a zone',
    tiers: flat(0.01),
    free: 0,
    source: 'https://aws.amazon.com/privatelink/pricing/',
    checked: UNCHECKED,
  },
} as const satisfies Record<string, Price>;

export type Meter = keyof typeof PRICES;

/**
 * The price of a month's amount in dollars, tier by tier, as AWS computes it: the free amount is deducted first, and
 * the rest fills the tiers from the lowest.
 */
export function charge(amount: number, { tiers, free }: Pick<Price, 'tiers' | 'free'>): number {
  const billed = Math.max(0, amount - free);
  let below = 0;
  let usd = 0;
  for (const tier of tiers) {
    usd += Math.max(0, Math.min(billed, tier.upTo) - below) * tier.usd;
    below = tier.upTo;
  }
  return usd;
}
