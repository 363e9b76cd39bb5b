import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadMigrations, type Migration } from '../../lib/database/migration-files.ts';
import { roleIdOf, roleOf } from './roles.ts';
import type { Serverless, Service, Template } from './serverless.ts';
import { addCallbackSecret, addWebhookSecret, passedOn } from './settings.ts';

/** `custom.database` of serverless.yml: a file of infra/aws/database. */
interface DatabaseChoice {
  readonly environment: Readonly<Record<string, unknown>>;
  /** The environment in which the migrations differ, because they log in as the owner of the tables. */
  readonly ownerEnvironment: Readonly<Record<string, unknown>>;
  /** The network of the functions, if they need one to reach the database. */
  readonly vpc?: unknown;
  /** The resources that must exist before the database can be migrated. */
  readonly dependsOn: readonly string[];
  readonly resources: readonly Template[];
}

/**
 * The function that runs the migrations, and the resource with which CloudFormation invokes it
 * (infra/aws/migrations.yml).
 */
const MIGRATE = 'migrate';
const MIGRATIONS = 'Migrations';

/** Adds to the service what serverless.yml only refers to: its database, environment, roles and dependencies. */
export async function compose({ service, serviceDir }: Serverless): Promise<void> {
  const { database, queue } = service.custom as {
    readonly database: DatabaseChoice;
    /** A file of infra/aws/queue. */
    readonly queue: { readonly environment: object };
  };
  for (const template of database.resources) addTo(service.resources, template);
  const { provider } = service;
  provider.environment = {
    // So that stacks in logs have source files and lines. It costs 10 ms of a cold start, however large the maps are.
    NODE_OPTIONS: '--enable-source-maps',
    ...database.environment,
    ...queue.environment,
    ...provider.environment,
    ...passedOn(process.env),
  };
  addWebhookSecret(service);
  addCallbackSecret(service);
  if (database.vpc) provider.vpc = database.vpc;
  addRoles(service);
  await migrateFirst(service, database, serviceDir);
}

function addRoles(service: Service): void {
  const roles = Object.entries(service.functions).map(([key, definition]) => {
    definition.role = roleIdOf(key, service);
    return [definition.role, roleOf(key, definition, service)] as const;
  });
  addTo(service.resources, { Resources: Object.fromEntries(roles) });
}

/** Only the function that migrates gets new code before the migrations have succeeded. */
async function migrateFirst({ functions, resources }: Service, database: DatabaseChoice, directory: string) {
  const migrate = functions[MIGRATE];
  if (!migrate) throw new Error(`serverless.yml has no function ${MIGRATE}`);
  migrate.environment = { ...migrate.environment, ...database.ownerEnvironment };
  for (const [key, definition] of Object.entries(functions))
    if (key !== MIGRATE) definition.dependsOn = [...(definition.dependsOn ?? []), MIGRATIONS];
  const migrations = resources.Resources?.[MIGRATIONS];
  if (!migrations) throw new Error(`infra/aws/migrations.yml has no ${MIGRATIONS}`);
  migrations.DependsOn = database.dependsOn;
  const known = await loadMigrations(join(directory, 'infra/migrations'));
  // CloudFormation passes the function the number of the deployment before, too: a migration may wait for its code.
  migrations.Properties = { ...migrations.Properties, Newest: known.length, Digest: await digestOf(directory, known) };
}

/** Of the code, too, so that each deployment of new code grants what it needs, and applies what waited for the code before. */
async function digestOf(directory: string, known: readonly Migration[]): Promise<string> {
  const digest = createHash('sha256');
  for (const { checksum } of known) digest.update(checksum);
  for (const file of globSync('{functions,lib}/**/*.ts', { cwd: directory }).sort())
    digest.update(await readFile(join(directory, file)));
  return digest.digest('hex');
}

/** Sections of a template are maps of names; no two parts of this project use the same name. */
function addTo(template: Template, part: Template): void {
  for (const [section, entries] of Object.entries(part))
    template[section] = { ...(template[section] as object), ...(entries as object) };
}
