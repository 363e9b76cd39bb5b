import type pg from 'pg';
import { bindParameters } from './parameters.ts';
import { type StatementResult, toStatementResult } from './result.ts';
import { invalid, ServiceError } from './service-error.ts';
import type { Sessions } from './sessions.ts';
import type { Transactions } from './transactions.ts';

export interface Service {
  readonly resourceArn: string;
  readonly secretArn: string;
  readonly sessions: Sessions;
  readonly transactions: Transactions;
}

/** The members of a request, not validated yet. */
export type Members = Readonly<Record<string, unknown>>;

type Operation = (service: Service, members: Members) => Promise<object>;

/** The most characters of a statement (API reference, ExecuteStatement). */
const MAX_SQL = 65_536;

/** By path (service model, 2018-08-01). BatchExecute is not emulated, because nothing here calls it. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  '/Execute': execute,
  '/BeginTransaction': async (service, members) => {
    const { database } = read(service, members, ['database'], []);
    return { transactionId: await service.transactions.begin(database) };
  },
  '/CommitTransaction': async (service, members) => {
    const { transactionId } = read(service, members, ['transactionId'], []);
    await service.transactions.end(transactionId, 'COMMIT');
    return { transactionStatus: 'Transaction Committed' };
  },
  '/RollbackTransaction': async (service, members) => {
    const { transactionId } = read(service, members, ['transactionId'], []);
    await service.transactions.end(transactionId, 'ROLLBACK');
    return { transactionStatus: 'Rollback Complete' };
  },
};

const OPTIONS_OF_EXECUTE = ['transactionId', 'parameters', 'includeResultMetadata', 'resultSetOptions'];

async function execute(service: Service, members: Members): Promise<StatementResult> {
  const { sql, database } = read(service, members, ['sql', 'database'], OPTIONS_OF_EXECUTE);
  if (sql.length > MAX_SQL) throw invalid(`sql must have length less than or equal to ${MAX_SQL}`);
  const { transactionId } = members;
  const run = (client: pg.PoolClient) => runStatement(client, sql, members);
  if (typeof transactionId === 'string') return service.transactions.run(transactionId, run);
  const client = await service.sessions.take(database);
  try {
    return await run(client);
  } finally {
    await service.sessions.giveBack(client);
  }
}

async function runStatement(client: pg.PoolClient, sql: string, members: Members): Promise<StatementResult> {
  const { sql: text, values } = bindParameters(sql, members.parameters);
  const query: pg.QueryArrayConfig & { queryMode: 'extended' } = {
    text,
    values,
    rowMode: 'array',
    // One statement at a time, also without parameters.
    queryMode: 'extended',
    types: { getTypeParser: () => (text: string) => text },
  };
  const result = await client.query<(string | null)[]>(query);
  return toStatementResult(result, client, members.resultSetOptions ?? {}, members.includeResultMetadata === true);
}

/**
 * The required members, all of them strings.
 * @throws ServiceError for a member that is missing or unknown to this emulator, or that names another cluster
 */
function read<Name extends string>(
  { resourceArn, secretArn }: Service,
  members: Members,
  required: readonly Name[],
  optional: readonly string[],
): Record<Name, string> {
  const known: readonly string[] = ['resourceArn', 'secretArn', ...required, ...optional];
  const unknown = Object.keys(members).filter((name) => !known.includes(name));
  if ('schema' in members) throw invalid("The schema parameter isn't supported");
  if (unknown.length > 0) throw invalid(`This emulator does not know ${unknown.join(', ')}.`);
  if (members.resourceArn !== resourceArn)
    throw new ServiceError(
      'HttpEndpointNotEnabledException',
      400,
      `HttpEndpoint isn't enabled for ${members.resourceArn}`,
    );
  if (members.secretArn !== secretArn)
    throw new ServiceError('SecretsErrorException', 400, `The secret ${members.secretArn} wasn't found`);
  for (const name of required) if (typeof members[name] !== 'string') throw invalid(`${name} is required`);
  return members as Record<Name, string>;
}
