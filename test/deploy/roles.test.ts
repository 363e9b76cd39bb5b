import { describe, expect, test } from '@jest/globals';
import { roleIdOf, roleOf } from '../../infra/deploy/roles.ts';
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
  test('the role of a function gets another logical id when the access to the database changes, so that old code keeps its own', () => {
    const idFor = (use: readonly Statement[]) =>
      roleIdOf('getOrder', { custom: { database: { use } } } as unknown as Service);

    expect(idFor([readSecret])).toMatch(/^GetOrder[0-9a-f]{8}Role$/);
    expect(idFor([readSecret])).toBe(idFor([{ ...readSecret }]));
    expect(idFor([{ ...readSecret, Resource: 'arn:of:another:secret' }])).not.toBe(idFor([readSecret]));
  });

  test("the role of a function in a network lets Lambda attach it, and denies the same to the function's code", () => {
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

  test('the role of a function keeps its network permissions when it leaves the network, because Lambda removes interfaces later', () => {
    expect(statementsOf({ vpc: false }, { subnetIds: ['subnet-1'] }).filter(forNetworks)).toHaveLength(2);
  });

  test('the role of a function has no network permissions in a stage without a network', () => {
    expect(statementsOf({}, undefined).filter(forNetworks)).toEqual([]);
  });

  test('the role of a function allows its permissions, and its own log', () => {
    expect(statementsOf({}, undefined)).toEqual([
      expect.objectContaining({ Action: ['logs:CreateLogStream', 'logs:PutLogEvents'] }),
      readSecret,
    ]);
  });
});
