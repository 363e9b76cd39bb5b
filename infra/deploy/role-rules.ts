import {
  attributeOwner,
  brokenRules,
  check,
  listOf,
  ofType,
  ownerOf,
  type Properties,
  propertiesOfType,
  type Rule,
  type Violation,
} from './resources.ts';
import type { Statement, Template } from './serverless.ts';

/** Actions that no policy can limit to a resource (Service Authorization Reference). */
const WITHOUT_RESOURCES: ReadonlySet<string> = new Set([
  // X-Ray takes segments of any trace.
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  // Lambda makes the network interfaces of a function with its role, before there is anything to name.
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
]);

/** Only AWS knows the names of the streams of a function's log group. */
const STREAMS = /:log-group:\/aws\/lambda\/[\w-]+:\*$/;

const ROLE = 'AWS::IAM::Role';

const RULES: readonly Rule[] = [
  {
    rule: 'roles_are_for_a_service',
    type: ROLE,
    requires: 'A role can be assumed only by a service that it names.',
    holds: (role) => servicesOf(role).every((service) => typeof service === 'string' && !service.includes('*')),
  },
  {
    rule: 'roles_have_no_managed_policies',
    type: ROLE,
    requires: 'Policies of AWS allow more than a function needs, and change.',
    // Only AWS knows what CodeDeploy needs, and only CodeDeploy can assume such a role.
    holds: (role) =>
      role.ManagedPolicyArns === undefined ||
      servicesOf(role).every((service) => service === 'codedeploy.amazonaws.com'),
  },
  {
    rule: 'actions_are_named',
    type: ROLE,
    requires: 'A role names each action that it allows.',
    holds: (role) =>
      allowedBy(role).every(({ NotAction }) => NotAction === undefined) &&
      !allowedActions(role).some((action) => action.includes('*')),
  },
  {
    rule: 'resources_are_named',
    type: ROLE,
    requires: 'A role names each resource in full, except for actions without resources (infra/deploy/role-rules.ts).',
    holds: (role) => allowedBy(role).every(namesResources),
  },
];

/** Least privilege: each function has its own role, whose statements name actions and resources. */
export function roleRules(template: Template): Violation[] {
  return [...ownRoles(template), ...narrowEndpoints(template), ...brokenRules(template, RULES)];
}

function ownRoles(template: Template): Violation[] {
  const firstWith = new Map<string, string>();
  return ofType(template, 'AWS::Lambda::Function').flatMap(([id, { Role }]) => {
    const role = attributeOwner(Role);
    const first = role && firstWith.get(role);
    if (role && !first) firstWith.set(role, id);
    return check(
      'functions_have_roles_of_their_own',
      id,
      !first && ownerOf(template, Role)?.Type === ROLE,
      `Its role is ${first ? `that of ${first}` : 'not a role of the stack'}.`,
    );
  });
}

/** A function in a network gets through an endpoint only what both its role and the policy of the endpoint allow. */
function narrowEndpoints(template: Template): Violation[] {
  const allowed = propertiesOfType(template, ROLE).flatMap(allowedActions);
  return ofType(template, 'AWS::EC2::VPCEndpoint').flatMap(([id, { PolicyDocument }]) => {
    const passed = new Set(listOf((PolicyDocument as { Statement: Statement[] }).Statement).flatMap(actionsOf));
    const services = new Set([...passed].map(serviceOf));
    const stopped = allowed.filter((action) => services.has(serviceOf(action)) && !passed.has(action));
    const message = `It stops ${[...new Set(stopped)].join(', ')}.`;
    return check('endpoints_pass_what_roles_allow', id, stopped.length === 0, message);
  });
}

/** The services that can assume a role; undefined for another principal. */
function servicesOf({ AssumeRolePolicyDocument }: Properties): unknown[] {
  const { Statement: trust } = AssumeRolePolicyDocument as { Statement: { Principal: { Service?: unknown } }[] };
  return trust.map(({ Principal }) => Principal.Service);
}

/** The statements of a role that allow something. */
function allowedBy({ Policies }: Properties): Statement[] {
  return listOf(Policies as { PolicyDocument: { Statement: Statement[] } }[])
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .filter(({ Effect }) => Effect === 'Allow');
}

export const allowedActions = (role: Properties): string[] => allowedBy(role).flatMap(actionsOf);
const actionsOf = ({ Action }: Statement): readonly string[] => listOf(Action);
const serviceOf = (action: string): string | undefined => action.split(':')[0];

function namesResources({ Action, Resource, NotResource }: Statement): boolean {
  const isNamed = (resource: unknown): boolean => {
    if (resource === '*') return listOf(Action).every((action) => WITHOUT_RESOURCES.has(action));
    const [name] = listOf((resource as { 'Fn::Sub'?: unknown })['Fn::Sub']);
    return STREAMS.test(String(name)) || !JSON.stringify(resource).includes('*');
  };
  return NotResource === undefined && listOf(Resource).every(isNamed);
}
