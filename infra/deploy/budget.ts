import { maxConnections } from '../aws/watch/max-connections.ts';
import { BATCHES_PER_POLLER } from './provision-pollers.ts';
import { type Properties, propertiesOfType } from './resources.ts';
import type { Template } from './serverless.ts';

/** Limits of a stage that its template does not contain. */
export interface Limits {
  /** The concurrent executions that the account allows in the region. */
  readonly lambdaConcurrency: number;
  /** The most connections of one container, if it holds any. */
  readonly poolSize: number;
  /** The most connections of an existing database; undefined if the stage creates its own. */
  readonly existingConnections: number | undefined;
  /** True if the functions connect to that database directly, not through a proxy or the Data API. */
  readonly direct: boolean;
  /** The seconds that a request may wait for a change of an order. */
  readonly waitSeconds: number;
}

/** The part of max_connections that RDS reserves for itself, plus a few for people. */
const CONNECTIONS_APART = 10;

/** Lambda keeps at least this many for functions without reserved concurrency ("Configuring reserved concurrency"). */
const UNRESERVED_CONCURRENCY = 100;

/** The function that migrates, in addition to the others. */
const MIGRATIONS = 1;

/**
 * The reasons why a stage would need more containers or connections than are available, as sentences with the numbers;
 * empty if it would not. Such a stage is refused, because under load it would fail in confusing ways.
 */
export function capacityProblems(template: Template, limits: Limits): string[] {
  const peak = peakOf(template);
  return [
    ...containers(withWaits(peak, template, limits), limits),
    ...reservations(template, limits),
    ...connections(peak, template, limits),
  ];
}

/** Concurrent executions at the most, and what those of requests and of batches follow from. */
function peakOf(template: Template) {
  // Each concurrent request is served by its own container.
  const requests = Number(throttlingOf(template)?.ThrottlingBurstLimit ?? Number.POSITIVE_INFINITY);
  const sources = propertiesOfType(template, 'AWS::Lambda::EventSourceMapping');
  const batches = sources.map(concurrencyOf).reduce((sum, concurrency) => sum + concurrency, 0);
  const hasPollers = sources.some(({ ProvisionedPollerConfig: pollers }) => pollers !== undefined);
  const bound = hasPollers ? `${BATCHES_PER_POLLER} × maximumPollers` : 'maximumConcurrency';
  const schedules = propertiesOfType(template, 'AWS::Events::Rule').length;
  const total = requests + batches + schedules + MIGRATIONS;
  return { requests, requestBound: 'apiBurstLimit', batches, bound, schedules, total };
}

type Peak = ReturnType<typeof peakOf>;

function throttlingOf(template: Template): Properties | undefined {
  return template.Resources?.HttpApiStage?.Properties?.DefaultRouteSettings as Properties | undefined;
}

/** The same while every request waits for a change. A request that waits has a container, but no connection. */
function withWaits(peak: Peak, template: Template, { waitSeconds }: Limits): Peak {
  const requests = Number(throttlingOf(template)?.ThrottlingRateLimit ?? Number.POSITIVE_INFINITY) * waitSeconds;
  if (!(requests > peak.requests)) return peak;
  const requestBound = 'apiRateLimit × MAX_WAIT_SECONDS';
  return { ...peak, requests, requestBound, total: peak.total - peak.requests + requests };
}

/** Of an event source: batches at a time. */
function concurrencyOf({ ScalingConfig, ProvisionedPollerConfig }: Properties): number {
  const { MaximumPollers: pollers } = (ProvisionedPollerConfig ?? {}) as Properties;
  if (pollers !== undefined) return BATCHES_PER_POLLER * Number(pollers);
  return Number((ScalingConfig as Properties | undefined)?.MaximumConcurrency ?? Number.POSITIVE_INFINITY);
}

function containers(peak: Peak, { lambdaConcurrency }: Limits): string[] {
  const { requests, requestBound, batches, bound, schedules, total } = peak;
  if (total <= lambdaConcurrency) return [];
  return [
    `${requests} requests at once (${requestBound}) + ${batches} batches (${bound}) + ${schedules} scheduled + ` +
      `${MIGRATIONS} for migrations are ${total} invocations at a time, and lambdaConcurrency, what the account allows, ` +
      `is ${lambdaConcurrency}. Lower the former, or have AWS raise the latter.`,
  ];
}

function reservations(template: Template, { lambdaConcurrency }: Limits): string[] {
  const reserved = propertiesOfType(template, 'AWS::Lambda::Function')
    .map(({ ReservedConcurrentExecutions: concurrency }) => Number(concurrency ?? 0))
    .reduce((sum, concurrency) => sum + concurrency, 0);
  const most = lambdaConcurrency - UNRESERVED_CONCURRENCY;
  if (reserved === 0 || reserved <= most) return [];
  return [
    `The functions reserve ${reserved} invocations at a time, and of the account's ${lambdaConcurrency} ` +
      `(lambdaConcurrency) Lambda keeps ${UNRESERVED_CONCURRENCY} unreserved, which leaves ${most}.`,
  ];
}

function connections(peak: Peak, template: Template, limits: Limits): string[] {
  const available = availableIn(template, limits);
  if (limits.direct) {
    // When the database is slow, requests occupy all possible containers, and each keeps its connections.
    const most = limits.lambdaConcurrency * limits.poolSize;
    if (most <= available.connections) return [];
    return [
      `${limits.lambdaConcurrency} containers (lambdaConcurrency) × ${limits.poolSize} connections (DATABASE_POOL_SIZE) ` +
        `are ${most}, and the database has ${available.sum}. Put an RDS Proxy in front of it and name that in databaseUrl.`,
    ];
  }
  // Behind the Data API, a container uses a connection only while a statement or transaction runs: one. The same is
  // true behind a proxy, which pins no connection: no statement of a function changes the state of its session
  // (test/http/session-state.test.ts).
  if (peak.total <= available.connections) return [];
  return [
    `${peak.total} invocations at a time (${peak.requests} of them by apiBurstLimit) × 1 connection are ` +
      `${peak.total}, and the database has ${available.sum}. Raise databaseMaxCapacity, or lower apiBurstLimit.`,
  ];
}

/** The connections available for functions, with an explanation. */
function availableIn(template: Template, { existingConnections }: Limits) {
  const total = existingConnections ?? connectionsOfCluster(template);
  const apart = `${total} (max_connections) - ${CONNECTIONS_APART} for RDS and people = ${total - CONNECTIONS_APART}`;
  const [proxy] = propertiesOfType(template, 'AWS::RDS::DBProxyTargetGroup');
  if (!proxy) return { connections: total - CONNECTIONS_APART, sum: apart };
  const percent = Number((proxy.ConnectionPoolConfigurationInfo as Properties).MaxConnectionsPercent);
  const connections = Math.min(Math.floor((total * percent) / 100), total - CONNECTIONS_APART);
  return { connections, sum: `${percent} % (proxyConnectionsPercent) of ${apart}, for the proxy ${connections}` };
}

function connectionsOfCluster(template: Template): number {
  const [cluster = {}] = propertiesOfType(template, 'AWS::RDS::DBCluster');
  const { MinCapacity, MaxCapacity } = cluster.ServerlessV2ScalingConfiguration as Properties;
  return maxConnections({ min: Number(MinCapacity), max: Number(MaxCapacity) });
}
