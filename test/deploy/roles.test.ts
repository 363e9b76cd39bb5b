import { describe, expect, test } from '@jest/globals';
import { roleOf } from '../../infra/deploy/roles.ts';
import type { FunctionDefinition, Service, Statement } from '../../infra/deploy/serverless.ts';

const readSecret: Statement = { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: 'arn:of:a:secret' };

function statementsOf(definition: Partial<FunctionDefinition>, vpc: unknown): Statement[] {
  const service: Service = {
    service: 'orders',
    provider: { compiledCloudFormationTemplate: {}, vpc },
    functions: {},
    custom: { permissions: { readSecret } },
    resources: {},
  };
  const named = { name: 'orders-test-work', handler: 'work.handler', permissions: ['readSecret'], ...definition };
  const { Policies } = roleOf('work', named, service).Properties as {
    Policies: [{ PolicyDocument: { Statement: Statement[] } }];
  };
  return Policies[0].PolicyDocument.Statement;
}

const forNetworks = ({ Action }: Statement) => [Action].flat().some((action) => action.startsWith('ec2:'));

describe('the role of a function', () => {
  test('in a network lets Lambda attach it, and denies the same to the code of the function', () => {
    const [allowed, denied, ...more] = statementsOf({}, { subnetIds: ['subnet-1'] }).filter(forNetworks);

    expect(more).toEqual([]);
    expect(allowed).toMatchObject({ Effect: 'Allow', Action: expect.arrayContaining(['ec2:CreateNetworkInterface']) });
    expect(denied).toEqual({
      Effect: 'Deny',
      Action: allowed?.Action,
      Resource: '*',
      Condition: {
        ArnLike: {
          'lambda:SourceFunctionArn': {
            'Fn::Sub': expect.stringMatching(/^arn:.*:lambda:.*:function:\*$/),
          },
        },
      },
    });
  });

  test('keeps them when the function leaves the network, since Lambda removes its interfaces later', () => {
    expect(statementsOf({ vpc: false }, { subnetIds: ['subnet-1'] }).filter(forNetworks)).toHaveLength(2);
  });

  test('says nothing about networks in a stage without one', () => {
    expect(statementsOf({}, undefined).filter(forNetworks)).toEqual([]);
  });

  test('allows what the function names, and its own log', () => {
    expect(statementsOf({}, undefined)).toEqual([
      expect.objectContaining({ Action: ['logs:CreateLogStream', 'logs:PutLogEvents'] }),
      readSecret,
    ]);
  });
});
