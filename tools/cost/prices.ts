/**
 * AWS's list prices in US East (N. Virginia), in US dollars, without tax, without what is free, and without volume
 * discounts (the first begins at 300 million API requests per month). The only place for prices: to update them, change
 * this file and its date. AWS renders its price tables by script, so no tool could read them from AWS's own pages;
 * `checked` names the source against which each was compared instead.
 */
export const PRICES_AS_OF = '2026-11-23';
export const REGION = 'us-east-1';

interface Price {
  readonly usd: number;
  readonly unit: string;
  /** AWS's page. */
  readonly source: string;
  readonly checked: string;
}

const from = (page: string, checked: string) => ({ source: `https://aws.amazon.com/${page}/pricing/`, checked });
const UNCHECKED = 'not compared with any second source';
const CLOUDWATCH = from('cloudwatch', 'a transcription of the page by api-evangelist/cloudwatch, May 2026');
const AURORA = from('rds/aurora', 'the constants of the Aurora skills in aws/agent-toolkit-for-aws, 2026-03-28');
const OPTIMIZED = from('rds/aurora', 'the surcharges (30 %, 125 %) by emnode.com and factualminds.com, June 2026');
const SECRETS = from('secrets-manager', 'the text of the page, as read on 2026-09-20');
const LAMBDA = from('lambda', 'the text of the page, as read on 2026-09-20; GB-seconds by two articles of 2024');
const MILLION = 1_000_000;

export const PRICES = {
  httpApiRequests: {
    usd: 1 / MILLION,
    unit: 'requests',
    ...from('api-gateway', 'the worked example of the page (300 million at $1.00), as read on 2026-09-20'),
  },
  lambdaRequests: { usd: 0.2 / MILLION, unit: 'invocations', ...LAMBDA },
  lambdaGbSeconds: { usd: 0.000_013_333_4, unit: 'GB-seconds on Arm', ...LAMBDA },
  pollerHours: { usd: 0.00925, unit: 'hours of a provisioned poller', ...from('lambda', UNCHECKED) },
  sqsRequests: { usd: 0.4 / MILLION, unit: 'SQS requests', ...from('sqs', 'two articles of March and June 2026') },
  eventBridgeInvocations: {
    // The page has no price for a rule with a schedule. This one, of a custom event, is an upper bound.
    usd: 1 / MILLION,
    unit: 'scheduled invocations',
    ...from('eventbridge', 'the price list as kept by labofsahil/aws-pricing-dataset, 2025-01-01'),
  },
  logsIngestedGb: { usd: 0.5, unit: 'GB of logs taken in', ...CLOUDWATCH },
  logsStoredGbMonths: { usd: 0.03, unit: 'GB-months of logs, compressed', ...CLOUDWATCH },
  customMetrics: { usd: 0.3, unit: 'metric-months', ...CLOUDWATCH },
  alarmMetrics: { usd: 0.1, unit: 'alarm-metric-months', ...CLOUDWATCH },
  dashboards: { usd: 3, unit: 'dashboard-months', ...CLOUDWATCH },
  secrets: { usd: 0.4, unit: 'secret-months', ...SECRETS },
  secretReads: { usd: 0.05 / 10_000, unit: 'reads of a secret', ...SECRETS },
  kmsKeys: { usd: 1, unit: 'key-months', ...from('kms', UNCHECKED) },
  internetGb: { usd: 0.09, unit: 'GB to the internet', ...from('ec2', 'an article of May 2025') },
  dataApiRequests: { usd: 0.35 / MILLION, unit: 'Data API requests', ...from('rds/aurora', 'an article') },
  auroraAcuHours: { usd: 0.12, unit: 'ACU-hours', ...AURORA },
  auroraStorageGbMonths: { usd: 0.1, unit: 'GB-months', ...AURORA },
  auroraIoRequests: { usd: 0.2 / MILLION, unit: 'I/O requests', ...AURORA },
  auroraOptimizedAcuHours: { usd: 0.156, unit: 'ACU-hours, I/O-Optimized', ...OPTIMIZED },
  auroraOptimizedStorageGbMonths: { usd: 0.225, unit: 'GB-months, I/O-Optimized', ...OPTIMIZED },
  rdsProxyAcuHours: { usd: 0.015, unit: 'ACU-hours behind RDS Proxy', ...from('rds/proxy', UNCHECKED) },
  vpcEndpointHours: { usd: 0.01, unit: 'hours of an endpoint in a zone', ...from('privatelink', UNCHECKED) },
} as const satisfies Record<string, Price>;

export type Meter = keyof typeof PRICES;
