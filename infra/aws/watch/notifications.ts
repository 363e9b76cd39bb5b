import type { Resource } from '../../deploy/serverless.ts';
import type { Stage } from './stage.ts';

/** The topic that every alarm publishes to. */
export const TOPIC = 'AlarmTopic';
const KEY = 'AlarmTopicKey';

/** CloudWatch, on behalf of an alarm of this account. */
const CLOUDWATCH = {
  Effect: 'Allow',
  Principal: { Service: 'cloudwatch.amazonaws.com' },
  Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
};

/**
 * The target of alarms: an encrypted topic, and an email if the stage has an address. The stage has its own key because
 * CloudWatch cannot use the AWS managed key of SNS: its messages would be dropped silently (Amazon SNS
 * Developer Guide, "Enable compatibility between event sources from AWS services and encrypted topics").
 */
export function notifications({ name, alarmEmail }: Stage): Record<string, Resource> {
  return {
    [KEY]: {
      Type: 'AWS::KMS::Key',
      Properties: {
        Description: `Alarms of ${name}`,
        EnableKeyRotation: true,
        KeyPolicy: {
          Version: '2012-10-17',
          Statement: [
            // Principals that the policies of the account allow. In the policy of a key, * is this key.
            {
              Effect: 'Allow',
              // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation fills it in
              Principal: { AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' } },
              Action: 'kms:*',
              Resource: '*',
            },
            // Without a condition, as in AWS's own example: if SNS did not pass on the account, alarms would be lost silently.
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
    ...(alarmEmail && {
      AlarmEmail: {
        Type: 'AWS::SNS::Subscription',
        // SNS asks the address to confirm, and does not send emails before that.
        Properties: { TopicArn: { Ref: TOPIC }, Protocol: 'email', Endpoint: alarmEmail },
      },
    }),
  };
}

/** An email if the account is about to exceed its monthly budget. Without billing tags, budgets cannot be per stage. */
export function budget({ name, alarmEmail, monthlyBudget }: Stage): Record<string, Resource> {
  if (monthlyBudget === undefined) return {};
  if (alarmEmail === '')
    throw Object.assign(new Error('params.monthlyBudget needs params.alarmEmail'), { stack: undefined });
  const Subscribers = [{ SubscriptionType: 'EMAIL', Address: alarmEmail }];
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
          BudgetLimit: { Amount: monthlyBudget, Unit: 'USD' },
        },
        NotificationsWithSubscribers: [above('ACTUAL', 80), above('FORECASTED', 100)],
      },
    },
  };
}
