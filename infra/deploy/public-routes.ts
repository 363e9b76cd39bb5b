import { ROUTES, routeKeyOf } from '../../lib/routes.ts';
import { ofType } from './resources.ts';
import type { Service, Template } from './serverless.ts';

const STAGE = 'HttpApiStage';

/** The keys of the routes that need no credentials. */
export const PUBLIC: ReadonlySet<unknown> = new Set(ROUTES.filter(({ scope }) => scope === 'public').map(routeKeyOf));

/**
 * Gives each public route its own rate, far below that of the stage: a flood of requests to it neither uses up the rate
 * of customers nor costs as much. An HTTP API supports neither a WAF nor a limit per address (docs/deploy.md).
 */
export function limitPublicRoutes({ provider, custom }: Service): void {
  const { Resources = {} } = provider.compiledCloudFormationTemplate;
  const stage = Resources[STAGE];
  if (!stage) return;
  const routes = publicRoutesOf(provider.compiledCloudFormationTemplate);
  const RouteSettings = Object.fromEntries(routes.map(([, key]) => [key, custom.publicRoutes]));
  stage.Properties = { ...stage.Properties, RouteSettings };
  // A stage with settings for a route that does not exist yet is rejected.
  stage.DependsOn = [...[stage.DependsOn ?? []].flat(), ...routes.map(([id]) => id)];
}

/** Logical ids and keys of the public routes. */
export function publicRoutesOf(template: Template): [id: string, key: string][] {
  return ofType(template, 'AWS::ApiGatewayV2::Route')
    .filter(([, { RouteKey }]) => PUBLIC.has(RouteKey))
    .map(([id, { RouteKey }]) => [id, String(RouteKey)]);
}
