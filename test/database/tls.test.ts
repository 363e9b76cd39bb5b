import { chmod, chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { postgresUrl, SUPERUSER } from '../../infra/local/postgres/access.ts';
import { startPostgres } from '../../infra/local/postgres/postgres.ts';
import { installPostgres, refugeOf } from '../../infra/local/postgres/postgres-installation.ts';
import type { RunningPart } from '../../infra/local/stack/process/part.ts';
import { connectPg } from '../../lib/database/pg.ts';
import { certificateProblem, readDestination } from '../../lib/database/tls.ts';
import { selfSignedCertificate } from '../support/certificate.ts';
import { freePorts } from '../support/free-port.ts';
import { connectPsql } from '../support/psql.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { waitUntil } from '../support/wait-until.ts';
import '../support/starts-processes.ts';

/** A user whom the server knows by a certificate only. */
const CERTIFIED = 'certified';

let directory: string;
let server: RunningPart | undefined;
let port = 0;
const file = (name: string) => join(directory, name);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'order-backend-tls-'));
  await chmod(directory, 0o755);
  [port = 0] = await freePorts(1);
  const installation = await installPostgres(directory);
  server = await startPostgres(installation, { port, directory, disposable: true });

  const [ours, others, client] = await Promise.all([
    selfSignedCertificate('postgres', 'DNS:localhost'),
    selfSignedCertificate('others'),
    selfSignedCertificate(CERTIFIED),
  ]);
  const data = installation.dataDirectory;
  const owner = await stat(data);
  const forServer = async (name: string, text: string) => {
    await writeFile(join(data, name), text, { mode: 0o600 });
    await chown(join(data, name), owner.uid, owner.gid);
  };
  await forServer('server.key', ours.key);
  await forServer('server.crt', ours.cert);
  await forServer('clients.crt', client.cert);
  await writeFile(file('server.pem'), ours.cert);
  await writeFile(file('others.pem'), others.cert);
  await writeFile(file('client.pem'), client.cert);
  await writeFile(file('client.key'), client.key, { mode: 0o600 });
  await writeFile(file('others.key'), others.key, { mode: 0o600 });
  const rules = join(data, 'pg_hba.conf');
  await writeFile(rules, `hostssl all ${CERTIFIED} all cert\n${await readFile(rules, 'utf8')}`);
  const psql = await connectPsql(urlOf(BY_ADDRESS, ''));
  await psql.rows(`CREATE ROLE ${CERTIFIED} LOGIN`);
  await psql.rows(`ALTER SYSTEM SET ssl_ca_file = 'clients.crt'`);
  await psql.rows('ALTER SYSTEM SET ssl = on');
  await psql.rows('SELECT pg_reload_conf()');
  await waitUntil('the server has read its settings', async () => (await psql.value('SHOW ssl')) === 'on');
  await psql.end();
});

afterAll(async () => {
  await server?.stop();
  await rm(directory, { recursive: true, force: true });
  await rm(refugeOf(directory), { recursive: true, force: true });
});

/** Whether the connection by this URL uses TLS. */
async function usesTls(url: string): Promise<boolean> {
  const limits = { poolSize: 1, statementTimeoutMs: 10_000, connectTimeoutMs: 10_000 };
  const database = connectPg({ url, ...limits, logger: recordingLogger() });
  try {
    const [row] = await database.query<{ ssl: boolean }>('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    return row?.ssl ?? false;
  } finally {
    await database.close();
  }
}

/** @param query its placeholders `$name` stand for files of this test */
function urlOf(host: string, query: string, user = SUPERUSER): string {
  const url = postgresUrl({ directory, postgresPort: port }, user, 'postgres').replace('127.0.0.1', host);
  return `${url}?${query.replace(/\$/g, `${directory}/`)}`;
}

const BY_NAME = 'localhost';
const BY_ADDRESS = '127.0.0.1';

describe('to a server with TLS', () => {
  test.each([
    [BY_ADDRESS, 'application_name=plain', false],
    [BY_ADDRESS, 'sslmode=disable', false],
    [BY_ADDRESS, 'ssl=false', false],
    [BY_ADDRESS, 'sslmode=prefer', true],
    [BY_ADDRESS, 'sslmode=require', true],
    [BY_ADDRESS, 'sslmode=no-verify', true],
    [BY_ADDRESS, 'ssl=no-verify', true],
    [BY_ADDRESS, 'sslmode=require&sslrootcert=$server.pem', true],
    [BY_ADDRESS, 'sslmode=verify-ca&sslrootcert=$server.pem', true],
    [BY_NAME, 'sslmode=verify-full&sslrootcert=$server.pem', true],
    [BY_NAME, 'sslrootcert=$server.pem', true],
    [BY_NAME, 'ssl=true&sslrootcert=$server.pem&application_name=orders', true],
  ])('%s with %s connects, with TLS: %s', async (host, query, tls) => {
    expect(await usesTls(urlOf(host, query))).toBe(tls);
  });

  test.each([
    [BY_NAME, 'sslmode=verify-full', 'DEPTH_ZERO_SELF_SIGNED_CERT; set sslrootcert in DATABASE_URL'],
    [BY_NAME, 'ssl=true', 'DEPTH_ZERO_SELF_SIGNED_CERT; set sslrootcert in DATABASE_URL'],
    [BY_NAME, 'sslrootcert=system', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [BY_NAME, 'sslmode=verify-full&sslrootcert=$others.pem', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [BY_ADDRESS, 'sslmode=verify-ca&sslrootcert=$others.pem', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [BY_ADDRESS, 'sslmode=require&sslrootcert=$others.pem', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [BY_ADDRESS, 'sslmode=verify-full&sslrootcert=$server.pem', 'ERR_TLS_CERT_ALTNAME_INVALID; connect by a name'],
  ])('%s with %s is rejected because of the certificate', async (host, query, problem) => {
    const message = expect.stringContaining(`The certificate of the database is rejected (${problem}`);
    await expect(usesTls(urlOf(host, query))).rejects.toMatchObject({ kind: 'unavailable', message });
  });

  test('the client shows the certificate of sslcert and sslkey', async () => {
    const withCertificate = 'sslmode=require&sslcert=$client.pem&sslkey=$client.key';
    expect(await usesTls(urlOf(BY_ADDRESS, withCertificate, CERTIFIED))).toBe(true);
    const without = usesTls(urlOf(BY_ADDRESS, 'sslmode=require', CERTIFIED));
    await expect(without).rejects.toThrow('valid client certificate');
  });
});

describe('to a server without TLS', () => {
  const url = (query: string) => `${process.env.TEST_POSTGRES_URL}?${query}`;

  test.each(['sslmode=prefer', 'sslmode=disable', ''])('"%s" connects to a server without TLS', async (query) => {
    expect(await usesTls(url(query))).toBe(false);
  });

  test.each(['sslmode=require', 'sslmode=no-verify', 'ssl=true'])(
    '%s is rejected by a server without TLS',
    async (query) => {
      await expect(usesTls(url(query))).rejects.toThrow('The server does not support SSL connections');
    },
  );
});

describe('the settings', () => {
  const read = (query: string, env = {}) => readDestination(`postgres://user:p%40ss@h:5432/db${query}`, env);

  test('TLS settings leave the rest of the URL to pg', () => {
    const { connectionString } = read('?application_name=a&sslmode=require&options=-c%20x%3Dy&uselibpqcompat=true');
    expect(connectionString).toBe('postgres://user:p%40ss@h:5432/db?application_name=a&options=-c%20x%3Dy');
    expect(read('?sslmode=require').connectionString).toBe('postgres://user:p%40ss@h:5432/db');
  });

  test('TLS settings come from the environment if the URL has none', () => {
    const env = { PGSSLMODE: 'verify-full', PGSSLROOTCERT: file('server.pem') };
    expect(read('', env)).toMatchObject({ ssl: { ca: expect.stringContaining('BEGIN CERTIFICATE') } });
    expect(read('?sslmode=disable', { PGSSLROOTCERT: '/nosuch.pem' }).ssl).toBe(false);
    expect(read('?ssl=false', env).ssl).toBe(false);
    expect(read('', { PGSSLMODE: 'require', PGSSLCERT: '', PGSSLKEY: '' }).ssl).toEqual({ rejectUnauthorized: false });
  });

  test.each([
    ['?sslmode=always', {}, 'sslmode of DATABASE_URL must be one of disable, prefer, require,'],
    ['?sslmode=allow', {}, 'must be one of disable, prefer'],
    ['?ssl=yes', {}, 'ssl of DATABASE_URL must be one of'],
    ['', { PGSSLMODE: 'on' }, 'PGSSLMODE must be one of'],
    ['?sslmode=verify-ca', {}, 'verify-ca needs sslrootcert'],
    ['?sslmode=verify-ca&sslrootcert=system', {}, 'verify-ca needs sslrootcert'],
    ['?sslrootcert=/nosuch.pem', {}, 'sslrootcert of DATABASE_URL must be a file in PEM format: ENOENT'],
    ['', { PGSSLROOTCERT: import.meta.filename }, 'PGSSLROOTCERT must be a file in PEM format'],
    ['?sslcert=$client.pem', {}, 'sslcert and sslkey must be set together'],
    ['?sslcert=$client.pem&sslkey=$others.key', {}, 'sslcert and sslkey do not match'],
    ['?sslcrl=x', {}, 'DATABASE_URL has sslcrl, which is not supported'],
  ])('the TLS settings %s %j are rejected', (query, env, problem) => {
    expect(() => read(query.replace(/\$/g, `${directory}/`), env)).toThrow(
      expect.objectContaining({ name: 'ConfigError', message: expect.stringContaining(problem) }),
    );
  });
});

test.each([
  ['CERT_HAS_EXPIRED', 'renew it'],
  ['CERT_NOT_YET_VALID', 'check the clocks'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'set sslrootcert'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'set sslrootcert'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'set sslrootcert'],
])('a certificate problem %s reports: %s', (code, remedy) => {
  expect(certificateProblem(Object.assign(new Error('no'), { code }))).toContain(`(${code}; ${remedy}`);
});

test('a network error is not reported as a certificate problem', () => {
  expect(certificateProblem(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }))).toBeUndefined();
  expect(certificateProblem(new Error('no'))).toBeUndefined();
});
