import { randomUUID } from 'node:crypto';
import { registerHooks } from 'node:module';
import { loadConfig } from '../../../lib/config.ts';
import { messageOf } from '../../../lib/errors.ts';
import { report } from '../../run-command.ts';
import { UserError } from '../../user-error.ts';
import { findHandler } from '../lambda/deployment.ts';
import { withoutPassword } from '../stack/console.ts';
import { enterStack } from '../stack/enter-stack.ts';
import { pingPostgres } from '../stack/external-services.ts';

/** A function of the resolved serverless.yml. */
export interface FunctionDefinition {
  readonly name: string;
  readonly handler: string;
  /** What its role allows on AWS; a function without permissions needs neither database nor queue. */
  readonly permissions?: readonly string[];
  readonly events?: readonly {
    readonly httpApi?: string | { readonly method: string; readonly path: string };
    readonly sqs?: unknown;
  }[];
}

/**
 * Makes `serverless invoke local` find the handler, which is TypeScript, and the services of the function: those in the
 * environment, or those of the running stack. Ends the process if there are none.
 * @param variables the variables of --env
 */
export async function prepareInvocation(
  definition: FunctionDefinition,
  directory: string,
  variables: readonly string[],
): Promise<void> {
  try {
    const { file } = findHandler(definition.name, definition.handler, directory);
    registerHooks({
      // Serverless expects the handler's file without its extension.
      resolve: (specifier, context, next) => next(file.startsWith(`${specifier}.`) ? file : specifier, context),
    });
    for (const [name = '', ...value] of variables.map((variable) => variable.split('=')))
      process.env[name] = value.join('=');
    const permissions = definition.permissions ?? [];
    if (permissions.length > 0)
      await findServices(process.env, permissions.includes('ownDatabase') ? 'owner' : 'functions');
  } catch (error) {
    process.exit(report(error, 'invoke local'));
  }
}

/** @throws UserError if there is no database, ConfigError for a missing setting */
export async function findServices(env: NodeJS.ProcessEnv, as: 'owner' | 'functions' = 'functions'): Promise<void> {
  enterStack(env, as);
  const config = loadConfig(env);
  if (config.DATABASE_DRIVER !== 'pg') return;
  await pingPostgres(config.DATABASE_URL).catch((error: unknown) => {
    throw new UserError(
      `The database at ${withoutPassword(config.DATABASE_URL)} does not respond (${messageOf(error)}): ` +
        'start the local stack (npm start), or set DATABASE_URL.',
    );
  });
}

/**
 * The event with what API Gateway or SQS would add to it, so that `{"body": {…}}` is enough for a request, and nothing
 * for one without a body.
 * @param data the user's input; an empty string if there is none
 */
export function completeEvent(data: unknown, { events = [] }: FunctionDefinition): unknown {
  const given = data === '' || data === undefined ? {} : data;
  if (typeof given !== 'object' || given === null) return given;
  const route = events.find(({ httpApi }) => httpApi !== undefined)?.httpApi;
  if (route !== undefined) return httpEvent(given, typeof route === 'string' ? route : `${route.method} ${route.path}`);
  return events.some(({ sqs }) => sqs !== undefined) ? { Records: [], ...given } : given;
}

/** Payload format 2.0 (API Gateway Developer Guide, "Working with Lambda proxy integrations for HTTP APIs"). */
function httpEvent(given: { requestContext?: object; body?: unknown }, routeKey: string): object {
  const [method, path] = routeKey.split(' ');
  const { body } = given;
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: '',
    headers: {},
    isBase64Encoded: false,
    ...given,
    requestContext: {
      routeKey,
      stage: '$default',
      requestId: randomUUID(),
      timeEpoch: Date.now(),
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'serverless invoke local' },
      ...given.requestContext,
    },
    ...(typeof body === 'object' && body !== null && { body: JSON.stringify(body) }),
  };
}
