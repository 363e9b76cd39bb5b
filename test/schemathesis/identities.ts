import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';

/** Who sends the requests, as schemathesis.toml names them: what a shop may not do, the operator does. */
const IDENTITIES: readonly { readonly name: string; readonly scopes: string }[] = [
  { name: 'shop-a', scopes: 'orders:read,orders:write,orders:signal,metrics:read' },
  { name: 'shop-b', scopes: 'orders:read,orders:write,orders:signal,metrics:read' },
  { name: 'operator', scopes: 'orders:read,orders:write,orders:signal,metrics:read,orders:admin' },
];

/** Makes a key for each, and answers them as a Web Fuzzing Commons document, which schemathesis reads. */
export async function makeIdentities(databaseUrl: string): Promise<unknown> {
  const auth = [];
  for (const { name, scopes } of IDENTITIES) {
    const value = `Bearer ${await makeKey(databaseUrl, name, scopes)}`;
    auth.push({ name, fixedHeaders: [{ name: 'Authorization', value }] });
  }
  return { auth };
}

async function makeKey(databaseUrl: string, name: string, scopes: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      join(REPOSITORY, 'cli/orders.ts'),
      ...['keys', 'create', '--owner', name, '--name', name, '--scopes', scopes, '--json'],
    ],
    { env: { ...process.env, DATABASE_URL: databaseUrl } },
  );
  const { key }: { key: string } = JSON.parse(stdout);
  return key;
}
