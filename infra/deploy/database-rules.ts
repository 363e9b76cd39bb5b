import { at, listOf, type Properties, propertiesOfType, type Rule } from './resources.ts';

const KEPT: ReadonlySet<unknown> = new Set(['Snapshot', 'Retain']);

const ANYWHERE: ReadonlySet<unknown> = new Set(['0.0.0.0/0', '::/0']);
const isOpen = ({ CidrIp, CidrIpv6 }: Properties): boolean => ANYWHERE.has(CidrIp) || ANYWHERE.has(CidrIpv6);

/** The database of the stage, and who may connect to it. */
export const DATABASE_RULES: readonly Rule[] = [
  ...['AWS::EC2::SecurityGroup', 'AWS::EC2::SecurityGroupIngress'].map((type) => ({
    rule: 'nobody_comes_from_everywhere',
    type,
    requires: 'A security group names who may connect.',
    holds: ({ SecurityGroupIngress, ...own }: Properties) =>
      ![own, ...listOf<Properties>(SecurityGroupIngress as Properties[])].some(isOpen),
  })),
  {
    rule: 'databases_are_not_public',
    type: 'AWS::RDS::DBInstance',
    requires: 'The database has no address on the Internet.',
    holds: ({ PubliclyAccessible }) => PubliclyAccessible === false,
  },
  {
    rule: 'clusters_are_encrypted',
    type: 'AWS::RDS::DBCluster',
    requires: 'Orders are encrypted at rest.',
    holds: ({ StorageEncrypted }) => StorageEncrypted === true,
  },
  {
    rule: 'clusters_require_tls',
    type: 'AWS::RDS::DBCluster',
    requires: 'Its parameters have rds.force_ssl: it rejects clients without TLS.',
    holds: ({ DBClusterParameterGroupName }, _, template) => {
      const parameters = template.Resources?.[String(at(DBClusterParameterGroupName, 'Ref'))];
      return String(at(parameters?.Properties, 'Parameters', 'rds.force_ssl')) === '1';
    },
  },
  {
    rule: 'clusters_keep_their_own_password',
    type: 'AWS::RDS::DBCluster',
    requires: 'RDS makes, stores and rotates the password, and roles can log in without one.',
    holds: ({ ManageMasterUserPassword, MasterUserPassword, EnableIAMDatabaseAuthentication }) =>
      ManageMasterUserPassword === true && MasterUserPassword === undefined && EnableIAMDatabaseAuthentication === true,
  },
  {
    rule: 'database_logs_end',
    type: 'AWS::RDS::DBCluster',
    requires: 'A log group that RDS creates itself is kept for ever: the template has the group.',
    holds: ({ EnableCloudwatchLogsExports, DBClusterIdentifier: id }, _, template) =>
      EnableCloudwatchLogsExports === undefined ||
      propertiesOfType(template, 'AWS::Logs::LogGroup').some(
        ({ LogGroupName }) => textOf(LogGroupName) === `/aws/rds/cluster/${textOf(id)}/postgresql`,
      ),
  },
];

/** Of a stage whose orders must survive mistakes. Aurora's backups are continuous: any second of them can be restored. */
export const RULES_OF_PROTECTED_STAGES: readonly Rule[] = [
  {
    rule: 'clusters_are_backed_up',
    type: 'AWS::RDS::DBCluster',
    requires: 'A week of backups.',
    holds: ({ BackupRetentionPeriod }) => Number(BackupRetentionPeriod) >= 7,
  },
  {
    rule: 'clusters_are_not_deleted_by_mistake',
    type: 'AWS::RDS::DBCluster',
    requires: 'Deletion protection, and a snapshot if the stack deletes or replaces the cluster.',
    holds: ({ DeletionProtection }, { DeletionPolicy, UpdateReplacePolicy }) =>
      at(DeletionProtection, 'Ref') === 'DatabaseProtected' &&
      KEPT.has(DeletionPolicy) &&
      KEPT.has(UpdateReplacePolicy),
  },
];

/** The text of a name before CloudFormation fills it in. */
const textOf = (name: unknown): unknown => listOf(at(name, 'Fn::Sub'))[0] ?? name;
