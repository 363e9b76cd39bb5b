import {
  attributeOwner,
  listOf,
  ofType,
  type Properties,
  type Resources,
  type Violation,
  violation,
} from './resources.ts';
import type { Statement } from './serverless.ts';

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

/** Least privilege: each function has its own role, whose statements name actions and resources. */
export function roleRules(resources: Resources): Violation[] {
  return [
    ...ownRoles(resources),
    ...narrowEndpoints(resources),
    ...ofType(resources, 'AWS::IAM::Role').flatMap(([id, role]) =>
      [...policyProblems(role), ...statementsOf(role).flatMap(statementProblems)].map(([rule, message]) =>
        violation(rule, id, message),
      ),
    ),
  ];
}

function ownRoles(resources: Resources): Violation[] {
  const firstWith = new Map<string, string>();
  return ofType(resources, 'AWS::Lambda::Function').flatMap(([id, { Role }]) => {
    const role = attributeOwner(Role);
    const first = role && firstWith.get(role);
    if (role && !first) firstWith.set(role, id);
    if (role && !first && resources.get(role)?.Type === 'AWS::IAM::Role') return [];
    return [
      violation(
        'functions_have_roles_of_their_own',
        id,
        `Its role is ${first ? `that of ${first}` : 'not a role of the stack'}.`,
      ),
    ];
  });
}

/** A function in a network gets through an endpoint only what both its role and the policy of the endpoint allow. */
function narrowEndpoints(resources: Resources): Violation[] {
  const allowed = ofType(resources, 'AWS::IAM::Role').flatMap(([, role]) => statementsOf(role).flatMap(actionsOf));
  return ofType(resources, 'AWS::EC2::VPCEndpoint').flatMap(([id, { PolicyDocument }]) => {
    const passed = new Set(listOf((PolicyDocument as { Statement: Statement[] }).Statement).flatMap(actionsOf));
    const services = new Set([...passed].map(serviceOf));
    const stopped = allowed.filter((action) => services.has(serviceOf(action)) && !passed.has(action));
    return stopped.length === 0
      ? []
      : [violation('endpoints_pass_what_roles_allow', id, `It stops ${[...new Set(stopped)].join(', ')}.`)];
  });
}

const actionsOf = ({ Action }: Statement): readonly string[] => listOf(Action);
const serviceOf = (action: string): string | undefined => action.split(':')[0];

type Problem = readonly [rule: string, message: string];

/** Only AWS knows what CodeDeploy needs, and only CodeDeploy can assume such a role. */
function policyProblems({ ManagedPolicyArns, AssumeRolePolicyDocument }: Properties): Problem[] {
  const { Statement: trust } = AssumeRolePolicyDocument as { Statement: { Principal: { Service?: unknown } }[] };
  const services = trust.map(({ Principal }) => Principal.Service);
  return [
    ...(services.every((service) => typeof service === 'string' && !service.includes('*'))
      ? []
      : [['roles_are_for_a_service', 'A role can be assumed only by a service that it names.'] as const]),
    ...(ManagedPolicyArns === undefined || services.every((service) => service === 'codedeploy.amazonaws.com')
      ? []
      : [['roles_have_no_managed_policies', 'Policies of AWS allow more than a function needs, and change.'] as const]),
  ];
}

function statementsOf({ Policies }: Properties): Statement[] {
  return listOf(Policies as { PolicyDocument: { Statement: Statement[] } }[])
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .filter(({ Effect }) => Effect === 'Allow');
}

function statementProblems({ Action, NotAction, Resource, NotResource }: Statement): Problem[] {
  const actions = listOf(Action);
  const isNamed = (resource: unknown): boolean => {
    if (resource === '*') return actions.every((action) => WITHOUT_RESOURCES.has(action));
    const [name] = listOf((resource as { 'Fn::Sub'?: unknown })['Fn::Sub']);
    return STREAMS.test(String(name)) || !JSON.stringify(resource).includes('*');
  };
  return [
    ...(NotAction === undefined && !actions.some((action) => action.includes('*'))
      ? []
      : [['actions_are_named', 'A role names each action that it allows.'] as const]),
    ...(NotResource === undefined && listOf(Resource).every(isNamed)
      ? []
      : [
          [
            'resources_are_named',
            'A role names each resource in full, except for actions without resources (infra/deploy/role-rules.ts).',
          ] as const,
        ]),
  ];
}
