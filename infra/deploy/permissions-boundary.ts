import { resourcesOfType } from './resources.ts';
import type { Service } from './serverless.ts';

/** Bounds what any role of the stack can have: the deploy role of infra/aws/deploy-role.yml can make no role without it. */
export function boundRoles({ provider, custom }: Service): void {
  const boundary = String(custom.permissionsBoundary);
  if (boundary === '') return;
  for (const role of resourcesOfType(provider.compiledCloudFormationTemplate, 'AWS::IAM::Role'))
    role.Properties = { ...role.Properties, PermissionsBoundary: boundary };
}
