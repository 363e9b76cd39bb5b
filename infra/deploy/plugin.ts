import { UserError } from '../user-error.ts';
import type { Serverless, StackParameter } from './serverless.ts';

interface Utils {
  readonly log: { readonly notice: (line: string) => void; readonly warning: (line: string) => void };
}

interface Options {
  readonly region?: string;
}

/** The stage of `npm start`, which is never deployed. */
const LOCAL_STAGE = 'local';

/** RDS lower-cases the names of clusters. */
const STAGE = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** What is left of the 63 characters of a cluster's name: orders-<stage>-<17 digits of its network>. */
const LONGEST_STAGE = 38;

/**
 * What `serverless package`, `deploy` and `remove` need in addition to osls: bundles, one role per function, the chosen
 * parts of the stage (its database, its queue), and checks that refuse a stage before any request to AWS. Serverless
 * also loads its plugins for `npm start`, where this one does nothing.
 */
export default class DeployPlugin {
  readonly hooks: Record<string, () => Promise<void>>;

  constructor(serverless: Serverless, options: Options, { log }: Utils) {
    serverless.configSchemaHandler.defineFunctionProperties('aws', {
      properties: {
        permissions: { type: 'array', items: { type: 'string' } },
        allAtOnce: { type: 'boolean' },
      },
    });
    let parameters: readonly StackParameter[] = [];
    // Serverless prints a stack for every error that is not of its own class, and these errors are for users.
    const explained = (step: () => Promise<void>) => () =>
      step().catch((error: unknown) => {
        throw error instanceof UserError ? new serverless.classes.Error(error.message, 'DEPLOYMENT_REFUSED') : error;
      });
    this.hooks = {
      'before:package:cleanup': explained(async () => {
        if (serverless.processedInput.commands.join(' ') === 'deploy') {
          await requireOneRegion(serverless, options);
          await requireCredentials(serverless);
        }
        const { packageAlone } = await import('./one-at-a-time.ts');
        packageAlone(serverless.serviceDir);
      }),
      'before:package:initialize': explained(async () => {
        checkName(serverless);
        const { compose } = await import('./compose.ts');
        const { checkSettings } = await import('./settings.ts');
        const { versionFunctions } = await import('./shift-traffic.ts');
        await compose(serverless);
        versionFunctions(serverless.service);
        checkSettings(serverless.service);
      }),
      'before:package:createDeploymentArtifacts': explained(async () => {
        const { packageFunctions } = await import('./package-functions.ts');
        await packageFunctions(serverless, log.notice);
      }),
      'before:aws:package:finalize:saveServiceState': explained(async () => {
        const { limitPublicRoutes } = await import('./public-routes.ts');
        const { shiftTraffic } = await import('./shift-traffic.ts');
        limitPublicRoutes(serverless.service);
        shiftTraffic(serverless.service);
        const { provisionPollers } = await import('./provision-pollers.ts');
        provisionPollers(serverless.service);
        const { boundRoles } = await import('./permissions-boundary.ts');
        boundRoles(serverless.service);
        const { checkStage } = await import('./check-stage.ts');
        checkStage(serverless.service);
      }),
      'before:deploy:deploy': explained(async () => {
        const { checkExistingQueue } = await import('./existing-queue.ts');
        await checkExistingQueue(serverless.service);
        const { preflight } = await import('./preflight.ts');
        const { shiftAtOnceToAnotherDatabase } = await import('./shift-traffic.ts');
        const account = await accountOf(serverless);
        parameters = await preflight(account, serverless.service, log.warning);
        if (shiftAtOnceToAnotherDatabase(serverless.service, await account.deployedTemplate()))
          log.warning('The functions get another database or role: all traffic goes to the new version at once.');
      }),
      // Not earlier: osls creates a new stack with a template that contains only the bucket, without parameters.
      'after:aws:deploy:deploy:createStack': async () => {
        serverless.service.provider.stackParameters = parameters;
      },
      'after:deploy:deploy': explained(async () => {
        const { protect } = await import('./preflight.ts');
        if (await protect(await accountOf(serverless), serverless.service)) log.notice('The database is protected now');
      }),
      'before:rollback:rollback': explained(async () => {
        const { previousParameters } = await import('./preflight.ts');
        serverless.service.provider.stackParameters = await previousParameters(await accountOf(serverless));
      }),
      'before:remove:remove': explained(async () => {
        refuseProtectedStage(serverless);
        await requireOneRegion(serverless, options);
        await requireCredentials(serverless);
      }),
    };
  }
}

async function accountOf(serverless: Serverless) {
  const { Account } = await import('./account.ts');
  return Account.of(serverless.getProvider('aws'));
}

function checkName(serverless: Serverless): void {
  const stage = serverless.getProvider('aws').getStage();
  if (stage === LOCAL_STAGE)
    throw new UserError(
      `Name the stage to deploy: --stage dev, --stage prod or one of your own. "${LOCAL_STAGE}" is reserved for npm start.`,
    );
  if (stage.length > LONGEST_STAGE || !STAGE.test(stage))
    throw new UserError(
      `The stage "${stage}" becomes part of names in AWS: use at most ${LONGEST_STAGE} lower-case letters and digits, ` +
        'with single hyphens between them.',
    );
}

/** Before any request to AWS. The stack and the database also have their own protections in AWS. */
function refuseProtectedStage(serverless: Serverless): void {
  if (!serverless.service.provider.deletionProtection) return;
  const stage = serverless.getProvider('aws').getStage();
  throw new UserError(
    `The stage ${stage} is protected. To remove it with its orders (a last snapshot stays): first ` +
      `npm run deploy -- --stage ${stage} --param=protected=false, then the same with remove in place of deploy.`,
  );
}

/** Serverless ignores the region of an AWS profile, and would silently use the default of serverless.yml. */
async function requireOneRegion(serverless: Serverless, options: Options): Promise<void> {
  if (process.env.AWS_REGION || options.region) return;
  const { SQSClient } = await import('@aws-sdk/client-sqs');
  const ofProfile = await new SQSClient({}).config.region().catch(() => undefined);
  const region = serverless.getProvider('aws').getRegion();
  if (ofProfile === undefined || ofProfile === region) return;
  throw new UserError(
    `The AWS profile ${process.env.AWS_PROFILE ?? 'default'} has the region ${ofProfile}, and the default of this project is ` +
      `${region}. Set the region: AWS_REGION=${ofProfile} or AWS_REGION=${region}.`,
  );
}

/**
 * Before the packages are built, which takes time. Serverless would report it afterwards, without saying what to do.
 */
async function requireCredentials(serverless: Serverless): Promise<void> {
  await serverless
    .getProvider('aws')
    .getAwsSdkV3CredentialsProvider()()
    .catch((error: unknown) => {
      // An error of the SDK: the credentials of a profile cannot be loaded.
      if (error instanceof Error && error.name.endsWith('ProviderError'))
        throw new UserError(`The AWS credentials cannot be used: ${error.message.trim()}`);
      if ((error as { code?: unknown }).code !== 'AWS_CREDENTIALS_NOT_FOUND') throw error;
      throw new UserError(
        'There are no AWS credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, as for the AWS CLI; ' +
          'npm run package and npm run test:deploy need none.',
      );
    });
}
