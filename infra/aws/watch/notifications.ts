import type { Stage } from './stage.ts';
import type { Resource } from './template.ts';

/** The topic that every alarm tells. */
export const TOPIC = 'AlarmTopic';
const KEY = 'AlarmTopicKey';

/** CloudWatch, on behalf of an alarm of this account. */
const CLOUDWATCH = {
  Effect: 'Allow',
  Principal: { Service: 'cloudwatch.amazonaws.com' },
  Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
};

/**
 * Where alarms go: an encrypted topic, and a mail when the stage names an address. The key is the stage's own because
 * CloudWatch may not use the one that AWS keeps for SNS, and its messages would be dropped without a word (Amazon SNS
 * Developer Guide, "Enable compatibility between event sources from AWS services and encrypted topics").
 */
export function notifications({ name, email }: Stage): Record<string, Resource> {
  return {
    [KEY]: {
      Type: 'AWS::KMS::Key',
      Properties: {
        Description: `Alarms of ${name}`,
        EnableKeyRotation: true,
        KeyPolicy: {
          Version: '2012-10-17',
          Statement: [
            // Whom the account's own policies allow it. In a key's policy, * is this key.
            {
              Effect: 'Allow',
              // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation fills it in
              Principal: { AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' } },
              Action: 'kms:*',
              Resource: '*',
            },
            // Without a condition, as in AWS's own example: where SNS did not pass the account on, alarms would vanish silently.
            {
              Effect: 'Allow',
              Principal: CLOUDWATCH.Principal,
              Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
              Resource: '*',
            },
          ],
        },
      },
    },
    [TOPIC]: {
      Type: 'AWS::SNS::Topic',
      Properties: { TopicName: `${name}-alarms`, KmsMasterKeyId: { Ref: KEY } },
    },
    AlarmTopicPolicy: {
      Type: 'AWS::SNS::TopicPolicy',
      Properties: {
        Topics: [{ Ref: TOPIC }],
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Sid: 'Alarms', ...CLOUDWATCH, Action: 'sns:Publish', Resource: { Ref: TOPIC } }],
        },
      },
    },
    ...(email && {
      AlarmEmail: {
        Type: 'AWS::SNS::Subscription',
        // SNS asks the address to confirm, and sends nothing before it has.
        Properties: { TopicArn: { Ref: TOPIC }, Protocol: 'email', Endpoint: email },
      },
    }),
  };
}

/** An email when the account is about to spend more in a month than it should. Budgets know no stages without billing tags. */
export function budget({ name, email, budget: dollars }: Stage): Record<string, Resource> {
  if (dollars === undefined) return {};
  if (email === '')
    throw Object.assign(new Error('params.monthlyBudget needs params.alarmEmail'), { stack: undefined });
  const Subscribers = [{ SubscriptionType: 'EMAIL', Address: email }];
  const above = (NotificationType: string, Threshold: number) => ({
    Notification: { NotificationType, ComparisonOperator: 'GREATER_THAN', Threshold, ThresholdType: 'PERCENTAGE' },
    Subscribers,
  });
  return {
    MonthlyBudget: {
      Type: 'AWS::Budgets::Budget',
      Properties: {
        Budget: {
          BudgetName: `${name}-account`,
          BudgetType: 'COST',
          TimeUnit: 'MONTHLY',
          BudgetLimit: { Amount: dollars, Unit: 'USD' },
        },
        NotificationsWithSubscribers: [above('ACTUAL', 80), above('FORECASTED', 100)],
      },
    },
  };
}
