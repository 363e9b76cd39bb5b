import { createHash } from 'node:crypto';
import { capitalized } from '../aws/watch/template.ts';
import { UserError } from '../user-error.ts';
import type { FunctionDefinition, Resource, Service, Statement } from './serverless.ts';

/** What each name in a function's `permissions` allows: `custom.permissions` of serverless.yml. */
type Permissions = Readonly<Record<string, Statement | readonly Statement[]>>;

/**
 * The logical id of the role of a function: CreateOrder1a2b3c4dRole for createOrder. The digits are those of what the roles allow on the
 * database. If that changes, CloudFormation creates new roles, and deletes the old ones once the update has succeeded. So functions
 * keep access until they have new code, and after a rollback.
 */
export function roleIdOf(key: string, { custom }: Service): string {
  const { use } = custom.database as { readonly use?: unknown };
  const digest = createHash('sha256').update(JSON.stringify(use)).digest('hex');
  return `${capitalized(key)}${digest.slice(0, 8)}Role`;
}

/**
 * A role that allows a function its listed permissions, and writing its own log.
 * @throws UserError if it lists none, or one that does not exist
 */
export function roleOf(key: string, definition: FunctionDefinition, service: Service): Resource {
  const statements = [
    writeLog(definition),
    ...((definition.tracing ?? service.provider.tracing?.lambda) === 'Active' ? [TRACE] : []),
    ...(service.provider.vpc || service.resources.Resources?.Network ? [ATTACH_TO_NETWORK, CODE_MAY_NOT] : []),
    ...named(key, definition, service.custom.permissions as Permissions),
  ];
  return roleFor('lambda.amazonaws.com', {
    Policies: [{ PolicyName: 'function', PolicyDocument: { Version: '2012-10-17', Statement: statements } }],
  });
}

/** A role that only this service can assume. */
export function roleFor(Service: string, properties: object): Resource {
  const trust = { Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' };
  return {
    Type: 'AWS::IAM::Role',
    Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] }, ...properties },
  };
}

function named(key: string, { permissions }: FunctionDefinition, all: Permissions): Statement[] {
  if (!permissions)
    throw new UserError(
      `functions.${key} has no permissions. Name those of infra/aws/permissions.yml that it needs, or [] for none.`,
    );
  return permissions.flatMap((name) => {
    const statements = all[name];
    if (!statements)
      throw new UserError(
        `functions.${key}.permissions names "${name}", and infra/aws/permissions.yml has only ${Object.keys(all).join(', ')}.`,
      );
    return statements as Statement | Statement[];
  });
}

/** Without logs:CreateLogGroup: the stack creates the group, with its retention. */
function writeLog({ name }: FunctionDefinition): Statement {
  return {
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    // Lambda names the streams of the group by date and container.
    Resource: ownArn('logs', `log-group:/aws/lambda/${name}:*`),
  };
}

/** X-Ray does not support resources in policies (Service Authorization Reference). */
const TRACE: Statement = {
  Effect: 'Allow',
  Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
  Resource: '*',
};

/**
 * Lambda, not the function, creates the network interfaces with the role of the function, before they have names (AWS
 * Lambda Developer Guide, "Required IAM permissions" of VPC access, which has this list). Every function of a stage
 * with a network keeps this permission, because a deployment that moves functions out of the network updates their
 * roles first: without it, Lambda could not delete the interfaces, which block the removal of the network.
 */
const ATTACH_TO_NETWORK: Statement = {
  Effect: 'Allow',
  Action: [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ],
  Resource: '*',
};

/** From the same chapter: prevents the code of a function from using what only Lambda itself needs. */
const CODE_MAY_NOT: Statement = {
  ...ATTACH_TO_NETWORK,
  Effect: 'Deny',
  Condition: { ArnLike: { 'lambda:SourceFunctionArn': ownArn('lambda', 'function:*') } },
};

/** An ARN in the account and region of the stack. */
function ownArn(service: string, resource: string) {
  return { 'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}` };
}
