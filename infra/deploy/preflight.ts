import { UserError } from '../user-error.ts';
import { Account, type DatabaseCluster, type Zone } from './account.ts';
import type { Service, StackParameter } from './serverless.ts';

/** Parameters of infra/aws/database. Only a stack whose first deployment has succeeded has values for them. */
const PROTECTED = 'DatabaseProtected';
const ZONES = ['ZoneA', 'ZoneB'];

/**
 * Ids of zones that lack services which a stage uses: Lambda in a network, RDS Proxy, some endpoints. RDS Proxy
 * silently omits such a zone, and then has one zone where it requires two (terraform-provider-aws#17781).
 */
const UNSUITABLE: ReadonlySet<string> = new Set(['use1-az3']);

/**
 * Checks the assumptions of the template against the account, before any resource is created.
 * @returns the values of the template's parameters that depend on the account
 * @throws UserError with each reason why the deployment would fail, and what to do
 */
export async function preflight(
  account: Account,
  service: Service,
  warn: (line: string) => void,
): Promise<StackParameter[]> {
  const { Resources, Parameters = {} } = service.provider.compiledCloudFormationTemplate;
  const problems = await concurrencyProblems(account, service);
  if (!Resources?.DatabaseCluster) return refuseFor(problems, []);

  for (const line of await newerVersions(account, versionOf(service))) warn(line);
  const before = await Account.ask('what the stack has', account.stackParameters());
  const clusters = await Account.ask('which database clusters there are', account.databaseClusters());
  if (before.has(PROTECTED)) {
    const kept = [...before.keys()]
      .filter((name) => name !== PROTECTED && name in (Parameters as object))
      .map(unchanged);
    const isProtected = { ParameterKey: PROTECTED, ParameterValue: String(service.custom.protected) };
    return refuseFor([...problems, ...downgrades(clusters, versionOf(service))], [isProtected, ...kept]);
  }
  const zones = await chooseZones(account, service);
  return refuseFor(
    [...problems, ...leftovers(clusters, account.stackName), ...zones.problems],
    [
      { ParameterKey: PROTECTED, ParameterValue: 'false' },
      ...ZONES.map((ParameterKey, index) => ({ ParameterKey, ParameterValue: zones.chosen[index] ?? '' })),
    ],
  );
}

function refuseFor(problems: readonly string[], parameters: StackParameter[]): StackParameter[] {
  if (problems.length > 0) throw new UserError(problems.join('\n'));
  return parameters;
}

function unchanged(ParameterKey: string): StackParameter {
  return { ParameterKey, UsePreviousValue: true };
}

/**
 * Protects the database once the first deployment has succeeded. A cluster that is protected from the start would
 * outlive the rollback of a failed first deployment: CloudFormation cannot delete it, and no longer manages it.
 */
export async function protect(account: Account, { custom }: Service): Promise<boolean> {
  if (String(custom.protected) !== 'true') return false;
  const parameters = await account.stackParameters();
  if (parameters.get(PROTECTED) !== 'false') return false;
  await account.changeParameter(PROTECTED, 'true');
  return true;
}

/** For a rollback to an earlier version: the stack keeps its values, because the template contains none of them. */
export async function previousParameters(account: Account): Promise<StackParameter[]> {
  return [...(await Account.ask('what the stack has', account.stackParameters())).keys()].map(unchanged);
}

async function concurrencyProblems(account: Account, { custom }: Service): Promise<string[]> {
  const assumed = Number((custom.limits as { readonly lambdaConcurrency: unknown }).lambdaConcurrency);
  const allowed = await Account.ask('how many invocations it allows at a time', account.lambdaConcurrency());
  if (assumed <= allowed) return [];
  return [
    `lambdaConcurrency is ${assumed}, and this account allows ${allowed} invocations at a time. Request more (Service Quotas, ` +
      `"Concurrent executions"), or deploy with --param=lambdaConcurrency=${allowed}, which then bounds the other settings.`,
  ];
}

/**
 * Its name includes the network, so a new cluster does not collide with these. But they are billed, and may contain
 * orders.
 */
function leftovers(clusters: readonly DatabaseCluster[], stackName: string): string[] {
  return clusters.map(
    ({ id }) =>
      `The database cluster ${id} was made for the stack ${stackName}, which does not have it: a deployment or a removal failed ` +
      'halfway. It is billed, and may contain orders. Deploy with it as an existing database (docs/deploy.md), or, if it ' +
      `is empty, delete its instances (aws rds delete-db-instance), then the cluster: aws rds modify-db-cluster ` +
      `--db-cluster-identifier ${id} --no-deletion-protection --apply-immediately && aws rds delete-db-cluster ` +
      `--db-cluster-identifier ${id} --skip-final-snapshot. Then deploy again.`,
  );
}

/** RDS upgrades minor versions automatically, and cannot downgrade them. */
function downgrades(clusters: readonly DatabaseCluster[], wanted: string): string[] {
  return clusters
    .filter(({ engineVersion }) => compareVersions(engineVersion, wanted) > 0)
    .map(
      ({ id, engineVersion }) =>
        `The cluster ${id} has version ${engineVersion}, and RDS cannot downgrade it to databaseEngineVersion ${wanted}. ` +
        `Deploy with --param=databaseEngineVersion=${engineVersion}.`,
    );
}

/** Minor versions fix security bugs, and RDS upgrades a running cluster in its own time. */
async function newerVersions(account: Account, version: string): Promise<string[]> {
  const versions = await Account.ask('which versions it offers', account.databaseVersions(majorOf(version)));
  const newest = versions.sort(compareVersions).at(-1);
  if (newest === undefined || compareVersions(newest, version) <= 0) return [];
  return [
    `RDS offers Aurora PostgreSQL ${newest}, and databaseEngineVersion is ${version}. Minor versions fix security bugs: set ` +
      `databaseEngineVersion: '${newest}' in serverless.yml.`,
  ];
}

async function chooseZones(account: Account, service: Service) {
  const version = versionOf(service);
  const offered = await Account.ask('which zones offer the database', account.databaseZones(version));
  if (offered.size === 0) {
    const major = majorOf(version);
    const versions = await Account.ask('which versions it offers', account.databaseVersions(major));
    const problem =
      `RDS does not offer Aurora PostgreSQL ${version} on serverless instances here (databaseEngineVersion). ` +
      `It has ${versions.join(', ') || `no version ${major}`}.`;
    return { chosen: [], problems: [problem] };
  }
  const named = String(service.custom.availabilityZones).split(',').filter(Boolean);
  const zones = await Account.ask('which zones there are', account.zones());
  const suitable = zones.filter(({ name, id }) => offered.has(name) && !UNSUITABLE.has(id)).map(({ id }) => id);
  const chosen = named.length > 0 ? named : suitable.sort().slice(0, ZONES.length);
  const isKnown = chosen.every((id) => zones.some((zone) => zone.id === id));
  const problems = chosen.length === ZONES.length && isKnown ? [] : [zoneProblem(named, zones, suitable)];
  return { chosen, problems };
}

function zoneProblem(named: readonly string[], zones: readonly Zone[], suitable: readonly string[]): string {
  const known = `This account has ${zones.map(({ id }) => id).join(', ')} here, and Aurora is in ${suitable.join(', ') || 'none of them'}.`;
  if (named.length > 0)
    return `availabilityZones is ${named.join(',')}, and must be two zone ids with a comma between. ${known}`;
  return `The database needs two zones that have all it uses. ${known}`;
}

function versionOf({ provider }: Service): string {
  return String(provider.compiledCloudFormationTemplate.Resources?.DatabaseCluster?.Properties?.EngineVersion);
}

/** Positive if the first is newer. Versions are two numbers: 17.10 comes after 17.9. */
const majorOf = (version: string): string => version.split('.')[0] ?? '';

function compareVersions(a: string, b: string): number {
  const [major = 0, minor = 0] = a.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = b.split('.').map(Number);
  return major - otherMajor || minor - otherMinor;
}
