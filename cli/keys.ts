import { command, type Values } from '../infra/command.ts';
import { printable, printableJson } from '../infra/printable.ts';
import { UsageError, UserError } from '../infra/user-error.ts';
import { hashOf, makeApiKey } from '../lib/auth/api-key.ts';
import { insertApiKey } from '../lib/auth/sql/insert-api-key.ts';
import { listApiKeys } from '../lib/auth/sql/list-api-keys.ts';
import { revokeApiKey } from '../lib/auth/sql/revoke-api-key.ts';
import { KEY_CACHE_SECONDS } from '../lib/auth/verify-api-key.ts';
import type { Database } from '../lib/database/database.ts';
import { ROUTES } from '../lib/routes.ts';
import { onDatabase } from './on-database.ts';
import { operator } from './operator.ts';

const SCOPES: readonly string[] = [...new Set(ROUTES.map(({ scope }) => scope))]
  .filter((scope) => scope !== 'public')
  .sort();

const OPTIONS = {
  owner: {
    type: 'string',
    value: 'OWNER',
    help: 'the owner whose orders the key can read and write, 1 to 255 characters',
  },
  name: { type: 'string', value: 'NAME', help: 'for people, and for the history of the orders, 1 to 100 characters' },
  scopes: {
    type: 'string',
    value: 'A,B',
    help: `of ${SCOPES.join(', ')};\norders:admin sees every owner's orders`,
  },
  'expires-in-days': {
    type: 'integer',
    min: 1,
    max: 3_650,
    help: 'without it the key works until it is revoked',
  },
  json: { type: 'boolean', help: 'prints JSON' },
} as const;

export const keys = command({
  name: 'orders keys',
  usage: ['create --owner OWNER --name NAME --scopes SCOPES', 'list', 'revoke ID'],
  does: `Creates, lists and revokes API keys. A key is printed once, when it is created: only its SHA-256 is stored. A revoked key
is rejected within ${KEY_CACHE_SECONDS} seconds.`,
  options: OPTIONS,
  positionals: { name: 'verb: create, list, or revoke ID', min: 1, max: 2 },
  examples: [
    'npm run orders -- keys create --owner shop-7 --name "shop 7, web" --scopes orders:write,orders:read',
    `npm run orders -- keys create --owner operations --name ada --scopes ${SCOPES.join(',')} --expires-in-days 90`,
  ],
  run: (values, [verb, ...rest]) => onDatabase(workOf(verb, rest, values)),
});

/** @throws UsageError before anything is changed */
function workOf(
  verb: string | undefined,
  rest: readonly string[],
  values: Values<typeof OPTIONS>,
): (database: Database) => Promise<void> {
  if (verb === 'create' && rest.length === 0) return makeCreate(values);
  if (verb === 'list' && rest.length === 0) return (database) => list(database, values.json);
  if (verb === 'revoke' && rest.length === 1) return makeRevoke(rest[0] ?? '', values.json);
  throw new UsageError(
    verb === 'revoke'
      ? 'Specify the id of one key, which list prints.'
      : 'Specify what to do: create, list, or revoke ID.',
  );
}

function makeCreate(values: Values<typeof OPTIONS>) {
  const owner = text('--owner', values.owner, 255);
  const name = text('--name', values.name, 100);
  const scopes = readScopes(values.scopes);
  const expiresInDays = values['expires-in-days'] ?? null;
  return async (database: Database): Promise<void> => {
    const key = makeApiKey();
    const rest = { sha256: hashOf(key), createdBy: operator() };
    const { id, expiresAt } = await insertApiKey(database, { owner, name, scopes, expiresInDays, ...rest });
    if (values.json) return console.log(printableJson({ id, key, owner, name, scopes, expires_at: expiresAt }));
    console.log(`Key ${id} of ${owner}, for ${scopes.join(' ')}, ${expiresAt ? `until ${day(expiresAt)}` : 'without expiry'}:

${key}

The key is shown only now; the service stores its SHA-256. Use it as "Authorization: Bearer ${key.slice(0, 6)}…".`);
  };
}

async function list(database: Database, json: boolean): Promise<void> {
  const all = await listApiKeys(database);
  if (json) {
    const rows = all.map(({ createdAt, expiresAt, revokedAt, createdBy, revokedBy, ...key }) => ({
      ...key,
      created_at: createdAt,
      expires_at: expiresAt,
      revoked_at: revokedAt,
      created_by: createdBy,
      revoked_by: revokedBy,
    }));
    return console.log(printableJson(rows));
  }
  if (all.length === 0) console.log('There are no keys. To create one, see `npm run orders -- keys create --help`.');
  for (const { id, state, owner, name, scopes, createdAt, expiresAt, createdBy, revokedBy } of all)
    console.log(
      `${id}\t${state}\t${printable(owner)}\t${printable(name)}\t${scopes.join(' ')}\tsince ${day(createdAt)}${expiresAt ? ` until ${day(expiresAt)}` : ''}${by('created', createdBy)}${by('revoked', revokedBy)}`,
    );
}

function makeRevoke(idText: string, json: boolean) {
  const id = Number(idText);
  if (!/^\d{1,9}$/.test(idText)) throw new UsageError(`"${idText}" is not a key id; \`keys list\` shows the ids.`);
  return async (database: Database): Promise<void> => {
    const revoked = await revokeApiKey(database, id, operator());
    if (!revoked) throw new UserError(`Key ${id} does not exist; \`keys list\` shows the keys.`);
    const { name, revokedAt } = revoked;
    const message = `Key ${id} (${printable(name)}) was revoked at ${revokedAt.toISOString()}. It is rejected at most ${KEY_CACHE_SECONDS} seconds later.`;
    console.log(json ? printableJson({ id, name, revoked_at: revokedAt }) : message);
  };
}

function text(option: string, value: string | undefined, max: number): string {
  if (value !== undefined && value.length >= 1 && value.length <= max && !/\p{Cc}|\p{Cs}/u.test(value)) return value;
  throw new UsageError(`${option} must have 1 to ${max} characters, none of them control characters.`);
}

function readScopes(value: string | undefined): string[] {
  const scopes = [...new Set((value ?? '').split(','))];
  if (scopes.every((scope) => SCOPES.includes(scope))) return scopes;
  throw new UsageError(`--scopes must be a comma-separated list of ${SCOPES.join(', ')}.`);
}

function day(time: Date): string {
  return time.toISOString().slice(0, 10);
}

function by(deed: string, operator: string | null): string {
  return operator === null ? '' : `, ${deed} by ${printable(operator)}`;
}
