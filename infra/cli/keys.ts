import { parseArgs } from 'node:util';
import { hashOf, makeApiKey } from '../../lib/auth/api-key.ts';
import { insertApiKey } from '../../lib/auth/sql/insert-api-key.ts';
import { listApiKeys } from '../../lib/auth/sql/list-api-keys.ts';
import { revokeApiKey } from '../../lib/auth/sql/revoke-api-key.ts';
import { KEY_CACHE_SECONDS } from '../../lib/auth/verify-api-key.ts';
import { loadDatabaseConfig } from '../../lib/config.ts';
import { connectDatabase } from '../../lib/database/connect.ts';
import type { Database } from '../../lib/database/database.ts';
import { ROUTES } from '../../lib/http/routes/routes.ts';
import { createLogger } from '../../lib/logger.ts';
import { enterStack } from './environment.ts';
import { UsageError } from './usage-error.ts';

const SCOPES: readonly string[] = [...new Set(ROUTES.map(({ scope }) => scope))]
  .filter((scope) => scope !== 'public')
  .sort();

const HELP = `npm run orders -- keys create --owner OWNER --name NAME --scopes SCOPES
npm run orders -- keys list
npm run orders -- keys revoke ID

  --owner OWNER         whose orders the key reads and writes, 1 to 255 characters
  --name NAME           for people, and for the history of the orders, 1 to 100 characters
  --scopes A,B          of ${SCOPES.join(', ')}; orders:admin sees every owner's orders
  --expires-in-days N   1 to 3650; without it the key works until it is revoked
  --json                prints JSON

The key is printed once, when it is created: only its SHA-256 is stored. A revoked key is refused at the latest
${KEY_CACHE_SECONDS} seconds later.

Examples
  npm run orders -- keys create --owner shop-7 --name "shop 7, web" --scopes orders:write,orders:read
  npm run orders -- keys create --owner operations --name ada --scopes ${SCOPES.join(',')} --expires-in-days 90`;

const OPTIONS = {
  owner: { type: 'string' },
  name: { type: 'string' },
  scopes: { type: 'string' },
  'expires-in-days': { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Values = ReturnType<typeof parse>['values'];

const parse = (args: string[]) => parseArgs({ args, allowPositionals: true, options: OPTIONS });

/** `npm run orders -- keys`: who may call, with AUTH=api-key. */
export async function keys(args: string[]): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const [verb, ...rest] = positionals;
  const work = workOf(verb, rest, values);
  enterStack();
  const config = loadDatabaseConfig(process.env);
  const database = connectDatabase(config, createLogger('WARN'));
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** @throws UsageError before anything is done. */
function workOf(verb: string | undefined, rest: string[], values: Values): (database: Database) => Promise<number> {
  if (verb === 'create' && rest.length === 0) return makeCreate(values);
  if (verb === 'list' && rest.length === 0) return (database) => list(database, values.json);
  if (verb === 'revoke' && rest.length === 1) return makeRevoke(rest[0] ?? '', values.json);
  throw new UsageError(`Say what to do with keys: create, list, or revoke ID.\n\n${HELP}`);
}

function makeCreate(values: Values) {
  const owner = text('--owner', values.owner, 255);
  const name = text('--name', values.name, 100);
  const scopes = readScopes(values.scopes);
  const expiresInDays = readDays(values['expires-in-days']);
  return async (database: Database): Promise<number> => {
    const key = makeApiKey();
    const { id, expiresAt } = await insertApiKey(database, { owner, name, scopes, expiresInDays, sha256: hashOf(key) });
    if (values.json) {
      console.log(JSON.stringify({ id, key, owner, name, scopes, expires_at: expiresAt }));
      return 0;
    }
    console.log(`Key ${id} of ${owner}, for ${scopes.join(' ')}, ${expiresAt ? `until ${day(expiresAt)}` : 'without end'}:

${key}

It is shown this once; only its SHA-256 is stored. Use it as "Authorization: Bearer ${key.slice(0, 6)}…".`);
    return 0;
  };
}

async function list(database: Database, json: boolean): Promise<number> {
  const all = await listApiKeys(database);
  if (json) {
    console.log(
      JSON.stringify(
        all.map(({ createdAt, expiresAt, revokedAt, ...key }) => ({
          ...key,
          created_at: createdAt,
          expires_at: expiresAt,
          revoked_at: revokedAt,
        })),
      ),
    );
    return 0;
  }
  if (all.length === 0) console.log('There are no keys. `npm run orders -- keys create --help` says how to make one.');
  for (const { id, state, owner, name, scopes, createdAt, expiresAt } of all)
    console.log(
      `${id}\t${state}\t${owner}\t${name}\t${scopes.join(' ')}\tsince ${day(createdAt)}${expiresAt ? ` until ${day(expiresAt)}` : ''}`,
    );
  return 0;
}

function makeRevoke(idText: string, json: boolean) {
  const id = Number(idText);
  if (!/^\d{1,9}$/.test(idText)) throw new UsageError(`"${idText}" is no id of a key; \`keys list\` shows them.`);
  return async (database: Database): Promise<number> => {
    const revoked = await revokeApiKey(database, id);
    if (!revoked) throw new UsageError(`There is no key ${id}; \`keys list\` shows them.`);
    const { name, revokedAt } = revoked;
    console.log(
      json
        ? JSON.stringify({ id, name, revoked_at: revokedAt })
        : `Key ${id} (${name}) is revoked since ${revokedAt.toISOString()}. It is refused at the latest ${KEY_CACHE_SECONDS} seconds after that.`,
    );
    return 0;
  };
}

function text(option: string, value: string | undefined, max: number): string {
  if (value !== undefined && value.length >= 1 && value.length <= max && !/\p{Cc}|\p{Cs}/u.test(value)) return value;
  throw new UsageError(`${option} must have 1 to ${max} characters, none of them control characters.`);
}

function readScopes(value: string | undefined): string[] {
  const scopes = [...new Set((value ?? '').split(','))];
  if (scopes.every((scope) => SCOPES.includes(scope))) return scopes;
  throw new UsageError(`--scopes must be a list of ${SCOPES.join(', ')}, with commas between.`);
}

function readDays(value: string | undefined): number | null {
  if (value === undefined) return null;
  if (/^\d{1,4}$/.test(value) && Number(value) >= 1 && Number(value) <= 3_650) return Number(value);
  throw new UsageError('--expires-in-days must be a whole number from 1 to 3650.');
}

function day(time: Date): string {
  return time.toISOString().slice(0, 10);
}
