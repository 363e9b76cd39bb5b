import { resourcesOfType } from './resources.ts';
import type { Service } from './serverless.ts';

/** Limits the permissions of every role of the stack. The deploy role (infra/aws/deploy-role.yml) cannot create a role without this limit. */
export function boundRoles({ provider, custom }: Service): void {
  const boundary = String(custom.permissionsBoundary);
  if (boundary === '') return;
  for (const role of resourcesOfType(provider.compiledCloudFormationTemplate, 'AWS::IAM::Role'))
    role.Properties = { ...role.Properties, PermissionsBoundary: boundary };
}
