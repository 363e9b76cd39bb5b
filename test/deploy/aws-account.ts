import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request of AWS's query protocol: its parameters, the action among them. */
export type AwsRequest = Readonly<Record<string, string>>;

/** What an account has, as far as a deployment asks. */
export interface AwsAccount {
  lambdaConcurrency: number;
  /** Of the stack orders-prod; undefined when there is none. */
  stackParameters: Record<string, string> | undefined;
  /** Of the last successful update of that stack. */
  template?: object;
  /** Names of zones by their ids. */
  zones: Record<string, string>;
  /** Versions of Aurora PostgreSQL on serverless instances. */
  versions: string[];
  /** Zone names in which those are offered. */
  databaseZones: string[];
  /** Versions by the ids of the clusters that CloudFormation made for the stack. */
  clusters: Record<string, string>;
  /** An action that the caller is not allowed. */
  denied?: string;
}

/** An account that takes a first deployment. */
export function emptyAccount(): AwsAccount {
  return {
    lambdaConcurrency: 1_000,
    stackParameters: undefined,
    // As AWS maps letters to ids, anew for each account.
    zones: { 'use1-az3': 'us-east-1a', 'use1-az2': 'us-east-1b', 'use1-az6': 'us-east-1c', 'use1-az1': 'us-east-1d' },
    versions: ['17.5', '17.7'],
    databaseZones: ['us-east-1a', 'us-east-1c', 'us-east-1d'],
    clusters: {},
  };
}

/** An HTTP server in place of the AWS services that a deployment calls, from such an account. */
export async function startAws(account: AwsAccount) {
  const requests: AwsRequest[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    if (request.url?.includes('/account-settings')) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ AccountLimit: { ConcurrentExecutions: account.lambdaConcurrency } }));
      return;
    }
    const asked = Object.fromEntries(new URLSearchParams(body)) as AwsRequest;
    requests.push(asked);
    const { status, xml } = reply(account, asked);
    response.writeHead(status, { 'content-type': 'text/xml' });
    response.end(xml);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

function reply(account: AwsAccount, asked: AwsRequest): { status: number; xml: string } {
  const { Action: action = '' } = asked;
  const found = (result: string) => ({
    status: 200,
    xml: `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`,
  });
  if (action === account.denied) return refused('AccessDenied', `User: test may not call ${action}`);
  switch (action) {
    case 'DescribeStacks':
      if (!account.stackParameters)
        return refused('ValidationError', `Stack with id ${asked.StackName} does not exist`);
      return found(
        `<Stacks>${member(
          `<StackName>${asked.StackName}</StackName><StackStatus>UPDATE_COMPLETE</StackStatus><Parameters>${Object.entries(
            account.stackParameters,
          )
            .map(([name, value]) =>
              member(`<ParameterKey>${name}</ParameterKey><ParameterValue>${value}</ParameterValue>`),
            )
            .join('')}</Parameters>`,
        )}</Stacks>`,
      );
    case 'GetTemplate':
      if (!account.template) return refused('ValidationError', `Stack with id ${asked.StackName} does not exist`);
      return found(`<TemplateBody>${JSON.stringify(account.template)}</TemplateBody>`);
    case 'UpdateStack':
      account.stackParameters = { ...account.stackParameters, ...givenParameters(asked) };
      return found('<StackId>orders-prod</StackId>');
    case 'DescribeAvailabilityZones':
      return {
        status: 200,
        xml: `<DescribeAvailabilityZonesResponse><availabilityZoneInfo>${Object.entries(account.zones)
          .map(([id, name]) => `<item><zoneName>${name}</zoneName><zoneId>${id}</zoneId></item>`)
          .join('')}</availabilityZoneInfo></DescribeAvailabilityZonesResponse>`,
      };
    case 'DescribeOrderableDBInstanceOptions':
      if (!account.versions.includes(asked.EngineVersion ?? ''))
        return refused(
          'InvalidParameterCombination',
          `Cannot find version ${asked.EngineVersion} for aurora-postgresql`,
        );
      return found(
        `<OrderableDBInstanceOptions><OrderableDBInstanceOption><AvailabilityZones>${account.databaseZones
          .map((name) => `<AvailabilityZone><Name>${name}</Name></AvailabilityZone>`)
          .join('')}</AvailabilityZones></OrderableDBInstanceOption></OrderableDBInstanceOptions>`,
      );
    case 'DescribeDBEngineVersions':
      return found(
        `<DBEngineVersions>${account.versions
          .map((version) => `<DBEngineVersion><EngineVersion>${version}</EngineVersion></DBEngineVersion>`)
          .join('')}</DBEngineVersions>`,
      );
    case 'DescribeDBClusters':
      return found(
        `<DBClusters>${cluster('another', '16.1', 'another-prod')}${Object.entries(account.clusters)
          .map(([id, version]) => cluster(id, version, 'orders-prod'))
          .join('')}</DBClusters>`,
      );
    default:
      return refused('InvalidAction', `This account is asked for ${action}`);
  }
}

const member = (content: string) => `<member>${content}</member>`;

const cluster = (id: string, version: string, stack: string) =>
  `<DBCluster><DBClusterIdentifier>${id}</DBClusterIdentifier><EngineVersion>${version}</EngineVersion><TagList><Tag><Key>aws:cloudformation:stack-name</Key><Value>${stack}</Value></Tag></TagList></DBCluster>`;

function refused(code: string, message: string) {
  return {
    status: 400,
    xml: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
  };
}

/** Those of an UpdateStack that have a value: `Parameters.member.1.ParameterKey`, and so on. */
function givenParameters(asked: AwsRequest): Record<string, string> {
  return Object.fromEntries(
    Object.entries(asked).flatMap(([key, name]) => {
      const value = asked[key.replace(/Key$/, 'Value')];
      return key.endsWith('.ParameterKey') && value !== undefined ? [[name, value]] : [];
    }),
  );
}
