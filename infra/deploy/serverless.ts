/** The part of a Serverless instance that the deploy plugin uses. */
export interface Serverless {
  readonly service: Service;
  /** The absolute path of the checkout. */
  readonly serviceDir: string;
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  readonly configSchemaHandler: {
    defineFunctionProperties(provider: string, schema: object): void;
  };
  /** The words of the command: `deploy`, or `deploy list`. */
  readonly processedInput: { readonly commands: readonly string[] };
  getProvider(name: 'aws'): AwsProvider;
}

export interface AwsProvider {
  getStage(): string;
  getRegion(): string;
  /** Found in the same places as by the AWS CLI: variables, profiles, and so on. */
  getAwsSdkV3CredentialsProvider(): () => Promise<unknown>;
  getAwsSdkV3Config(): Promise<object>;
  /** The ARN of the role that CloudFormation uses, if serverless.yml has one. */
  getCustomDeploymentRole(): string | undefined;
  readonly naming: { getStackName(): string };
}

export interface Service {
  readonly service: string;
  readonly provider: Provider;
  readonly functions: Readonly<Record<string, FunctionDefinition>>;
  readonly custom: Readonly<Record<string, unknown>>;
  readonly resources: Template;
}

interface Provider {
  environment?: Readonly<Record<string, unknown>>;
  vpc?: unknown;
  readonly deletionProtection?: boolean;
  readonly tracing?: { readonly lambda?: unknown };
  compiledCloudFormationTemplate: Template;
  stackParameters?: readonly StackParameter[];
}

/** A parameter of a stack update: a value, or the current one. */
export interface StackParameter {
  readonly ParameterKey: string;
  readonly ParameterValue?: string;
  readonly UsePreviousValue?: boolean;
}

/** A function of serverless.yml. The plugin adds what osls needs to compile it. */
export interface FunctionDefinition {
  readonly name: string;
  readonly handler: string;
  /** Names of `custom.permissions`: what its role allows in addition to its own log. */
  permissions?: readonly string[];
  readonly tracing?: unknown;
  /** A new version gets all traffic at once, whatever trafficShift says. */
  readonly allAtOnce?: boolean;
  versionFunction?: boolean;
  targetAlias?: { readonly name: string; readonly logicalId: string };
  /** Of the version, which osls sets when it has compiled the function. */
  readonly versionLogicalId?: string;
  /** Keeps it out of the network of the other functions. */
  readonly vpc?: false;
  environment?: Readonly<Record<string, unknown>>;
  role?: string;
  dependsOn?: readonly string[];
  package?: { patterns?: readonly string[]; artifact?: string };
}

export interface Template {
  Resources?: Record<string, Resource>;
  [section: string]: unknown;
}

export interface Resource {
  readonly Type: string;
  Properties?: Readonly<Record<string, unknown>>;
  DependsOn?: string | readonly string[];
  readonly [attribute: string]: unknown;
}

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly [element: string]: unknown;
}
