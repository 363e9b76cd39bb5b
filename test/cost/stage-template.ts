import type { Template } from '../../infra/deploy/serverless.ts';

/** The parts of a stage's template that cost money, small enough to be added up by hand. */
export const TEMPLATE: Template = {
  Conditions: {
    HasStandby: { 'Fn::Equals': ['standby false', 'standby true'] },
  },
  Resources: {
    AuthorizeLambdaFunction: lambda({ MemorySize: 512, LoggingConfig: { SystemLogLevel: 'WARN' } }),
    CreateOrderLambdaFunction: lambda({ MemorySize: 1_769 }),
    GetOrderLambdaFunction: lambda({ MemorySize: 512 }),
    ProcessOrdersLambdaFunction: lambda({ MemorySize: 1_024 }),
    SweepOrdersLambdaFunction: lambda({ MemorySize: 512, Environment: { Variables: { METRICS_NAMESPACE: 'orders' } } }),
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { BatchSize: 25, MaximumBatchingWindowInSeconds: 1 },
    },
    Schedule: { Type: 'AWS::Events::Rule', Properties: { ScheduleExpression: 'rate(1 minute)' } },
    Authorizer: { Type: 'AWS::ApiGatewayV2::Authorizer', Properties: { AuthorizerResultTtlInSeconds: 0 } },
    Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { DefaultRouteSettings: {} } },
    Route: { Type: 'AWS::ApiGatewayV2::Route', Properties: {} },
    Simple: { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: 'Errors' } },
    OfTwo: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: { Metrics: [{ Expression: 'a / b' }, { MetricStat: {} }, { MetricStat: {} }] },
    },
    Log: { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 30 } },
    Cluster: {
      Type: 'AWS::RDS::DBCluster',
      Properties: {
        EnableHttpEndpoint: true,
        ManageMasterUserPassword: true,
        ServerlessV2ScalingConfiguration: { MinCapacity: '0.5', MaxCapacity: '4' },
      },
    },
    Instance: { Type: 'AWS::RDS::DBInstance', Properties: {} },
    Standby: { Type: 'AWS::RDS::DBInstance', Condition: 'HasStandby', Properties: {} },
  },
};

function lambda(properties: Record<string, unknown>) {
  return { Type: 'AWS::Lambda::Function', Properties: properties };
}

/** The template with one resource in another form. */
export function withResource(logicalId: string, resource: object): Template {
  return { ...TEMPLATE, Resources: { ...TEMPLATE.Resources, [logicalId]: resource as { Type: string } } };
}
