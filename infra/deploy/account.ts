import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  UpdateStackCommand,
  waitUntilStackUpdateComplete,
} from '@aws-sdk/client-cloudformation';
import { DescribeAvailabilityZonesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DescribeOrderableDBInstanceOptionsCommand,
  paginateDescribeDBClusters,
  paginateDescribeDBEngineVersions,
  RDSClient,
} from '@aws-sdk/client-rds';
import { UserError } from '../user-error.ts';
import type { AwsProvider, Template } from './serverless.ts';

const ENGINE = 'aurora-postgresql';
const INSTANCE_CLASS = 'db.serverless';

/** Seconds for an update that changes one flag of the cluster. */
const LONGEST_UPDATE = 1_800;

/** A zone of the region: its name is specific to the account, its id is global. */
export interface Zone {
  readonly name: string;
  readonly id: string;
}

export interface DatabaseCluster {
  readonly id: string;
  readonly engineVersion: string;
}

/** The reply in place of CloudFormation's error that a stack does not exist. */
const withoutStack =
  <T>(reply: T) =>
  (error: Error): T => {
    if (error.name === 'ValidationError' && error.message.includes('does not exist')) return reply;
    throw error;
  };

/** What a deployment asks AWS about the account, and the one change that it makes outside of the template. */
export class Account {
  readonly #cloudFormation: CloudFormationClient;
  readonly #ec2: EC2Client;
  readonly #lambda: LambdaClient;
  readonly #rds: RDSClient;
  readonly #role: string | undefined;
  /** orders-prod */
  readonly stackName: string;

  private constructor(provider: AwsProvider, config: object) {
    this.#cloudFormation = new CloudFormationClient(config);
    this.#ec2 = new EC2Client(config);
    this.#lambda = new LambdaClient(config);
    this.#rds = new RDSClient(config);
    this.#role = provider.getCustomDeploymentRole();
    this.stackName = provider.naming.getStackName();
  }

  /** The account and region that Serverless deploys to. */
  static async of(provider: AwsProvider): Promise<Account> {
    return new Account(provider, await provider.getAwsSdkV3Config());
  }

  /** The parameters of the last successful update; empty if the stack does not exist. */
  async stackParameters(): Promise<ReadonlyMap<string, string>> {
    const { Stacks: [stack] = [] } = await this.#cloudFormation
      .send(new DescribeStacksCommand({ StackName: this.stackName }))
      .catch(withoutStack({ Stacks: [] }));
    return new Map(
      stack?.Parameters?.map(({ ParameterKey = '', ParameterValue = '' }) => [ParameterKey, ParameterValue]),
    );
  }

  /** The template of the last successful update; undefined if the stack does not exist. */
  async deployedTemplate(): Promise<Template | undefined> {
    const { TemplateBody } = await this.#cloudFormation
      .send(new GetTemplateCommand({ StackName: this.stackName, TemplateStage: 'Original' }))
      .catch(withoutStack({ TemplateBody: undefined }));
    return TemplateBody === undefined ? undefined : (JSON.parse(TemplateBody) as Template);
  }

  /** Updates the stack with its current template and one changed parameter, and waits until the update is complete. */
  async changeParameter(name: string, value: string): Promise<void> {
    const others = [...(await this.stackParameters()).keys()].filter((other) => other !== name);
    await this.#cloudFormation.send(
      new UpdateStackCommand({
        StackName: this.stackName,
        UsePreviousTemplate: true,
        Parameters: [
          { ParameterKey: name, ParameterValue: value },
          ...others.map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true })),
        ],
        Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
        ...(this.#role !== undefined && { RoleARN: this.#role }),
      }),
    );
    await waitUntilStackUpdateComplete(
      { client: this.#cloudFormation, maxWaitTime: LONGEST_UPDATE, minDelay: 2 },
      { StackName: this.stackName },
    );
  }

  /** The concurrent executions that the account allows in the region. */
  async lambdaConcurrency(): Promise<number> {
    const { AccountLimit } = await this.#lambda.send(new GetAccountSettingsCommand({}));
    return Number(AccountLimit?.ConcurrentExecutions);
  }

  /** Zones that the account can use. */
  async zones(): Promise<Zone[]> {
    const { AvailabilityZones = [] } = await this.#ec2.send(
      new DescribeAvailabilityZonesCommand({
        Filters: [
          { Name: 'zone-type', Values: ['availability-zone'] },
          { Name: 'state', Values: ['available'] },
        ],
      }),
    );
    return AvailabilityZones.map(({ ZoneName = '', ZoneId = '' }) => ({ name: ZoneName, id: ZoneId }));
  }

  /**
   * Names of the zones that offer serverless instances of this version of Aurora PostgreSQL; empty if the version is
   * not offered.
   */
  async databaseZones(engineVersion: string): Promise<ReadonlySet<string>> {
    const command = new DescribeOrderableDBInstanceOptionsCommand({
      Engine: ENGINE,
      EngineVersion: engineVersion,
      DBInstanceClass: INSTANCE_CLASS,
    });
    const options = await this.#rds.send(command).then(
      ({ OrderableDBInstanceOptions = [] }) => OrderableDBInstanceOptions,
      (error: Error) => {
        // The error of RDS for an unknown version.
        if (error.name === 'InvalidParameterCombination' || error.name === 'InvalidParameterValue') return [];
        throw error;
      },
    );
    return new Set(options.flatMap(({ AvailabilityZones = [] }) => AvailabilityZones.map(({ Name = '' }) => Name)));
  }

  /** The versions of Aurora PostgreSQL with this major version, oldest first. */
  async databaseVersions(major: string): Promise<string[]> {
    const versions: string[] = [];
    for await (const page of paginateDescribeDBEngineVersions(
      { client: this.#rds },
      { Engine: ENGINE, DBParameterGroupFamily: `${ENGINE}${major}` },
    ))
      versions.push(...(page.DBEngineVersions ?? []).map(({ EngineVersion = '' }) => EngineVersion));
    return versions;
  }

  /** The clusters that CloudFormation created for this stack, including those that are no longer part of it. */
  async databaseClusters(): Promise<DatabaseCluster[]> {
    const clusters: DatabaseCluster[] = [];
    for await (const page of paginateDescribeDBClusters({ client: this.#rds }, {}))
      for (const { DBClusterIdentifier: id = '', EngineVersion: engineVersion = '', TagList = [] } of page.DBClusters ??
        [])
        if (TagList.some(({ Key, Value }) => Key === 'aws:cloudformation:stack-name' && Value === this.stackName))
          clusters.push({ id, engineVersion });
    return clusters;
  }

  /** @throws UserError with the error of AWS, if a request fails */
  static async ask<T>(what: string, question: Promise<T>): Promise<T> {
    return question.catch((error: Error) => {
      throw new UserError(`AWS did not say ${what}: ${error.name}: ${error.message}`);
    });
  }
}
