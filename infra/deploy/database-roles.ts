import { check, ofType, ownerOf, type Violation } from './resources.ts';
import type { Template } from './serverless.ts';

/** The function that migrates, and what only it may hold: the master's secret, and the right to log in as the master. */
const MIGRATE = 'MigrateLambdaFunction';
const MASTER = /MasterUserSecret|dbuser:\$\{ProxyId\}\/postgres|postgres:\/\/postgres@/;

/** Only the migrations log in as the owner of the tables. A function that changes rows has no use for more. */
export function databaseRoles(template: Template): Violation[] {
  if (ofType(template, 'AWS::RDS::DBCluster').length === 0) return [];
  return ofType(template, 'AWS::Lambda::Function').flatMap(([functionId, { Role, Environment }]) => {
    const holdsMaster = MASTER.test(JSON.stringify([Environment, ownerOf(template, Role)?.Properties]));
    const message = holdsMaster
      ? 'It can log in as the master user of the database; only the migrations need that.'
      : 'It cannot log in as the owner of the tables, which the migrations change.';
    return check('database_role', functionId, holdsMaster === (functionId === MIGRATE), message);
  });
}
