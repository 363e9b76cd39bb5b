import { attributeOwner, ofType, type Resources, type Violation, violation } from './resources.ts';

/** The function that migrates, and what only it may hold: the master's secret, and the right to log in as the master. */
const MIGRATE = 'MigrateLambdaFunction';
const MASTER = /MasterUserSecret|dbuser:\$\{ProxyId\}\/postgres|postgres:\/\/postgres@/;

/** Only the migrations log in as the owner of the tables. A function that changes rows has no use for more. */
export function databaseRoles(resources: Resources): Violation[] {
  if (ofType(resources, 'AWS::RDS::DBCluster').length === 0) return [];
  return ofType(resources, 'AWS::Lambda::Function').flatMap(([functionId, { Role, Environment }]) => {
    const role = resources.get(attributeOwner(Role) ?? '');
    const holdsMaster = MASTER.test(JSON.stringify([Environment, role?.Properties]));
    if (holdsMaster === (functionId === MIGRATE)) return [];
    const message = holdsMaster
      ? 'It can log in as the master user of the database; only the migrations need that.'
      : 'It cannot log in as the owner of the tables, which the migrations change.';
    return [violation('database_role', functionId, message)];
  });
}
