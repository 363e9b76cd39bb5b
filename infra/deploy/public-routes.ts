import { ROUTES, routeKeyOf } from '../../lib/routes.ts';
import type { Service, Template } from './serverless.ts';

const STAGE = 'HttpApiStage';

/**
 * Gives each route that needs no key a rate of its own, far below that of the stage: a flood of it neither takes the
 * rate of customers nor costs what they may. An HTTP API takes no WAF and no limit per address (docs/deploy.md).
 */
export function limitPublicRoutes({ provider, custom }: Service): void {
  const { Resources = {} } = provider.compiledCloudFormationTemplate;
  const stage = Resources[STAGE];
  if (!stage) return;
  const routes = publicRoutesOf(provider.compiledCloudFormationTemplate);
  const RouteSettings = Object.fromEntries(routes.map(([, key]) => [key, custom.publicRoutes]));
  stage.Properties = { ...stage.Properties, RouteSettings };
  // A stage is refused with settings of a route that is not there yet.
  stage.DependsOn = [...[stage.DependsOn ?? []].flat(), ...routes.map(([id]) => id)];
}

/** Logical ids and keys of the routes that need no key. */
export function publicRoutesOf({ Resources = {} }: Template): [id: string, key: string][] {
  const isPublic = new Set<unknown>(ROUTES.filter(({ scope }) => scope === 'public').map(routeKeyOf));
  return Object.entries(Resources)
    .filter(([, { Type, Properties }]) => Type === 'AWS::ApiGatewayV2::Route' && isPublic.has(Properties?.RouteKey))
    .map(([id, { Properties }]) => [id, String(Properties?.RouteKey)]);
}
