import { maxConnections } from '../aws/watch/max-connections.ts';
import type { Resource, Template } from './serverless.ts';

/** What a stage may use that its template does not say. */
export interface Limits {
  /** Invocations at a time that the account allows in the region. */
  readonly lambdaConcurrency: number;
  /** Connections that one container holds at most, where it holds any. */
  readonly poolSize: number;
  /** Connections that a database takes which is there already; undefined where the stage makes its own. */
  readonly existingConnections: number | undefined;
  /** Whether the functions hold connections to that database, rather than a proxy or the Data API in front of it. */
  readonly direct: boolean;
}

/** Of max_connections, those that RDS keeps for itself, and a few for people. */
const CONNECTIONS_APART = 10;

/** Lambda leaves at least so many to the functions that reserve none ("Configuring reserved concurrency"). */
const UNRESERVED_CONCURRENCY = 100;

/** The function that migrates, beside the others. */
const MIGRATIONS = 1;

/**
 * Why a stage would use more containers or connections than there are, in sentences with the numbers; none when it would
 * not. It is refused then: under load it would fail in ways that look like anything else.
 */
export function capacityProblems(template: Template, limits: Limits): string[] {
  const demand = demandOf(template);
  return [...containers(demand, limits), ...reservations(template, limits), ...connections(demand, template, limits)];
}

/** Invocations at a time. */
interface Demand {
  readonly requests: number;
  readonly batches: number;
  readonly schedules: number;
  readonly total: number;
}

function demandOf(template: Template): Demand {
  const { DefaultRouteSettings: throttling } = propertiesOf(template.Resources?.HttpApiStage);
  // Each request that comes with the others is served by a container of its own.
  const requests = Number((throttling as Properties | undefined)?.ThrottlingBurstLimit ?? Number.POSITIVE_INFINITY);
  const batches = ofType(template, 'AWS::Lambda::EventSourceMapping')
    .map(({ ScalingConfig }) => Number((ScalingConfig as Properties | undefined)?.MaximumConcurrency ?? Infinity))
    .reduce((sum, concurrency) => sum + concurrency, 0);
  const schedules = ofType(template, 'AWS::Events::Rule').length;
  return { requests, batches, schedules, total: requests + batches + schedules + MIGRATIONS };
}

function containers({ requests, batches, schedules, total }: Demand, { lambdaConcurrency }: Limits): string[] {
  if (total <= lambdaConcurrency) return [];
  return [
    `${requests} requests at once (apiBurstLimit) + ${batches} batches (maximumConcurrency) + ${schedules} scheduled + ` +
      `${MIGRATIONS} for migrations are ${total} invocations at a time, and lambdaConcurrency, what the account allows, ` +
      `is ${lambdaConcurrency}. Lower the former, or have AWS raise the latter.`,
  ];
}

function reservations(template: Template, { lambdaConcurrency }: Limits): string[] {
  const reserved = ofType(template, 'AWS::Lambda::Function')
    .map(({ ReservedConcurrentExecutions: concurrency }) => Number(concurrency ?? 0))
    .reduce((sum, concurrency) => sum + concurrency, 0);
  const most = lambdaConcurrency - UNRESERVED_CONCURRENCY;
  if (reserved === 0 || reserved <= most) return [];
  return [
    `The functions reserve ${reserved} invocations at a time, and of the account's ${lambdaConcurrency} ` +
      `(lambdaConcurrency) Lambda keeps ${UNRESERVED_CONCURRENCY} unreserved, which leaves ${most}.`,
  ];
}

function connections(demand: Demand, template: Template, limits: Limits): string[] {
  const supply = supplyOf(template, limits);
  if (limits.direct) {
    // When the database is slow, requests pile up to all containers that there may be, and each keeps its connections.
    const most = limits.lambdaConcurrency * limits.poolSize;
    if (most <= supply.connections) return [];
    return [
      `${limits.lambdaConcurrency} containers (lambdaConcurrency) × ${limits.poolSize} connections (DATABASE_POOL_SIZE) ` +
        `are ${most}, and the database has ${supply.sum}. Put an RDS Proxy in front of it and name that in databaseUrl.`,
    ];
  }
  // Behind the Data API a container has a connection only while a statement or transaction runs: one. Behind a proxy too,
  // unless it pins: the worker sets the actor in its transactions, and whether that pins is not documented (docs/deploy.md).
  if (demand.total <= supply.connections) return [];
  return [
    `${demand.total} invocations at a time (${demand.requests} of them by apiBurstLimit) × 1 connection are ` +
      `${demand.total}, and the database has ${supply.sum}. Raise databaseMaxCapacity, or lower apiBurstLimit.`,
  ];
}

/** The connections that there are for functions, and how that comes about. */
interface Supply {
  readonly connections: number;
  readonly sum: string;
}

function supplyOf(template: Template, { existingConnections }: Limits): Supply {
  const total = existingConnections ?? connectionsOfCluster(template);
  const apart = `${total} (max_connections) - ${CONNECTIONS_APART} for RDS and people = ${total - CONNECTIONS_APART}`;
  const [proxy] = ofType(template, 'AWS::RDS::DBProxyTargetGroup');
  if (!proxy) return { connections: total - CONNECTIONS_APART, sum: apart };
  const percent = Number((proxy.ConnectionPoolConfigurationInfo as Properties).MaxConnectionsPercent);
  const connections = Math.min(Math.floor((total * percent) / 100), total - CONNECTIONS_APART);
  return { connections, sum: `${percent} % (proxyConnectionsPercent) of ${apart}, for the proxy ${connections}` };
}

function connectionsOfCluster(template: Template): number {
  const [cluster = {}] = ofType(template, 'AWS::RDS::DBCluster');
  const { MinCapacity, MaxCapacity } = cluster.ServerlessV2ScalingConfiguration as Properties;
  return maxConnections({ min: Number(MinCapacity), max: Number(MaxCapacity) });
}

type Properties = Readonly<Record<string, unknown>>;

function ofType({ Resources = {} }: Template, type: string): Properties[] {
  return Object.values(Resources)
    .filter(({ Type }) => Type === type)
    .map(propertiesOf);
}

function propertiesOf(resource: Resource | undefined): Properties {
  return resource?.Properties ?? {};
}
