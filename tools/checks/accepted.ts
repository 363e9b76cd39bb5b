import type { Finding } from '../../infra/deploy/finding.ts';

/** An accepted finding, and the reason. */
export interface Accepted {
  readonly rule: string;
  /** Logical ids, if it is accepted only there. */
  readonly resources?: RegExp;
  readonly reason: string;
}

/**
 * Every accepted finding of cfn-lint, checkov or the project's own rules. An entry that no longer occurs must be
 * removed.
 */
export const ACCEPTED: readonly Accepted[] = [
  {
    rule: 'W3005',
    reason: 'osls and our plugin write down dependencies that a reference implies as well, which changes nothing.',
  },
  {
    rule: 'E3005',
    resources: /^DatabaseProxyTargets$/,
    reason:
      'In a stage without a standby it depends on a resource whose condition is false. CloudFormation ignores such a ' +
      'dependency; without it the targets race the standby that a stage such as prod does have.',
  },
  {
    rule: 'W8003',
    reason: 'Parameters are put in when a stage is packaged, so that a condition on one compares two texts.',
  },
  {
    rule: 'CKV_AWS_18',
    resources: /^ServerlessDeploymentBucket$/,
    reason: 'An access log of the bucket would need another bucket. It has nothing but the code of deployments.',
  },
  {
    rule: 'CKV_AWS_27',
    reason: 'It asks for a KMS key. Queues are encrypted by SQS itself, which our rule queues_are_encrypted checks.',
  },
  {
    rule: 'CKV_AWS_111',
    reason:
      'The actions with which Lambda makes network interfaces for functions in a network do not support resources. The ' +
      'rule resources_are_named lists the actions for which that holds, and allows no others.',
  },
  {
    rule: 'CKV_AWS_115',
    reason:
      'Reserved concurrency is taken from what all functions of the account share, and a new account has only 10. The ' +
      "worker is bounded by its event source's maximum concurrency, the API by its throttling.",
  },
  {
    rule: 'CKV_AWS_116',
    reason:
      'A dead-letter queue of a function is for asynchronous calls. The API and the authorizer are called ' +
      'synchronously, the worker has the queue of its event source, and a sweep waits for a paused database, is retried twice, and is made up for by the next.',
  },
  {
    rule: 'CKV_AWS_117',
    reason: 'With the RDS Data API functions need no network; with pg they are in one.',
  },
  {
    rule: 'CKV_AWS_118',
    reason:
      "Metrics of the instance's operating system, which cost by the amount. What Aurora publishes without them is what " +
      'alarms and the dashboard watch.',
  },
  {
    rule: 'CKV_AWS_149',
    resources: /^DatabaseAppSecret$/,
    reason:
      'Secrets Manager encrypts by itself, with a key that AWS keeps. A custom key costs by the month and by the request, and ' +
      'would keep out nobody who may read the secret.',
  },
  {
    rule: 'CKV_AWS_158',
    reason:
      'CloudWatch Logs encrypts by itself. A custom key costs by the month and by the request, and would keep ' +
      'nobody out who may read the logs. What customers send is not in them.',
  },
  {
    rule: 'CKV_AWS_173',
    reason: 'Lambda encrypts variables by itself, and no secret is among them: our rule environment_has_no_secrets.',
  },
];

/** @returns the findings that are not accepted; `used` gets the entries that accepted some */
export function unexplained(findings: readonly Finding[], used: Set<Accepted>): Finding[] {
  return findings.filter(({ rule, resource }) => {
    const accepted = ACCEPTED.find((it) => it.rule === rule && (it.resources?.test(resource) ?? true));
    if (accepted) used.add(accepted);
    return !accepted;
  });
}
