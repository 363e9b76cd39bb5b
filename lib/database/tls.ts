import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type ConnectionOptions, createSecureContext } from 'node:tls';
import { ConfigError } from '../errors.ts';

/** The modes of libpq (PostgreSQL, "SSL Support"), and `no-verify` of node-postgres: TLS without verification. */
const MODES = ['disable', 'prefer', 'require', 'no-verify', 'verify-ca', 'verify-full'] as const;
type Mode = (typeof MODES)[number];

/** The TLS parameters of a URL, with the environment as a fallback, as in libpq. */
const VARIABLES = {
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
} as const;
type Name = keyof typeof VARIABLES;

/**
 * The connection options for pg. The URL for pg has no ssl parameters: there they would take precedence over `ssl`, and
 * have a different meaning.
 */
export interface Destination {
  /** The URL without its ssl parameters. */
  readonly connectionString: string;
  readonly ssl: false | ConnectionOptions;
  /** True if a server without TLS is acceptable. */
  readonly plainWillDo: boolean;
}

/**
 * Reads the ssl parameters of a URL, and the files that they name. Without any, TLS is off.
 * @throws ConfigError for a parameter or a file that cannot be used
 */
export function readDestination(url: string, env: NodeJS.ProcessEnv = process.env): Destination {
  const [base = '', query = ''] = url.split('?', 2);
  const pairs = query.split('&').filter((pair) => pair !== '');
  const rest = pairs.filter((pair) => !isAboutTls(pair));
  const given = new URLSearchParams(pairs.filter(isAboutTls).join('&'));
  const connectionString = rest.length > 0 ? `${base}?${rest.join('&')}` : base;

  const unknown = [...given.keys()].find((name) => !(name in VARIABLES) && name !== 'ssl' && name !== 'uselibpqcompat');
  if (unknown !== undefined) throw bad(`DATABASE_URL has ${unknown}, which is not supported`);
  const settingOf: SettingOf = (name) => {
    const inUrl = given.get(name);
    if (inUrl) return { from: `${name} of DATABASE_URL`, value: inUrl };
    const value = env[VARIABLES[name]];
    return value ? { from: VARIABLES[name], value } : undefined;
  };
  const mode = modeOf(given.get('ssl'), given.has('sslmode'), settingOf);
  if (mode === 'disable') return { connectionString, ssl: false, plainWillDo: true };
  return {
    connectionString,
    ssl: { ...readFiles(settingOf), ...checksOf(mode, settingOf('sslrootcert')?.value) },
    plainWillDo: mode === 'prefer',
  };
}

function isAboutTls(pair: string): boolean {
  return /^(ssl|uselibpqcompat)/.test(pair);
}

interface Setting {
  /** Used in messages. */
  readonly from: string;
  readonly value: string;
}

type SettingOf = (name: Name) => Setting | undefined;

/** Represents Node's certificate authorities; in libpq, those of OpenSSL. */
const SYSTEM = 'system';

/** node-postgres supports `ssl=true`, which verifies everything. Files without a mode do the same. */
function modeOf(ssl: string | null, hasMode: boolean, settingOf: SettingOf): Mode {
  const authority = settingOf('sslrootcert')?.value;
  const fallback = { from: '', value: authority || settingOf('sslcert') ? 'verify-full' : 'disable' };
  const short = { true: 'verify-full', 1: 'verify-full', false: 'disable', 0: 'disable' }[ssl ?? ''] ?? ssl;
  const { from, value } =
    short && !hasMode ? { from: 'ssl of DATABASE_URL', value: short } : (settingOf('sslmode') ?? fallback);
  const mode = MODES.find((known) => known === value);
  if (!mode) throw bad(`${from} must be one of ${MODES.join(', ')}`);
  if (mode === 'verify-ca' && (!authority || authority === SYSTEM))
    throw bad(`${from}: verify-ca needs sslrootcert, because anyone can get a certificate from a public authority`);
  return mode;
}

function readFiles(settingOf: SettingOf): Pick<ConnectionOptions, 'ca' | 'cert' | 'key'> {
  const [ca, cert, key] = (['sslrootcert', 'sslcert', 'sslkey'] as const).map((name) => {
    const { from, value } = settingOf(name) ?? {};
    if (value === undefined || (name === 'sslrootcert' && value === SYSTEM)) return undefined;
    try {
      const text = readFileSync(value, 'utf8');
      if (name !== 'sslkey') new X509Certificate(text);
      return text;
    } catch (error) {
      throw bad(`${from} must be a file in PEM format: ${(error as Error).message}`);
    }
  });
  if ((cert === undefined) !== (key === undefined)) throw bad('sslcert and sslkey must be set together');
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw bad(`sslcert and sslkey do not match: ${(error as Error).message}`);
  }
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

/** As in libpq, `require` with a custom authority verifies it, and without one verifies nothing. */
function checksOf(mode: Mode, authority: string | undefined): ConnectionOptions {
  if (mode === 'verify-full' || (mode === 'require' && authority === SYSTEM)) return {};
  if (mode === 'verify-ca' || (mode === 'require' && authority)) return { checkServerIdentity: () => undefined };
  return { rejectUnauthorized: false };
}

function bad(problem: string): ConfigError {
  return new ConfigError(`Bad configuration: ${problem}`);
}

/** True for the error of pg when a server does not support TLS. */
export function isWithoutTls(error: unknown): boolean {
  return error instanceof Error && /server does not support SSL/.test(error.message);
}

const REMEDIES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'renew it',
  CERT_NOT_YET_VALID: 'check the clocks',
  ERR_TLS_CERT_ALTNAME_INVALID: 'connect by a name that it has, or set sslmode=verify-ca in DATABASE_URL',
};

/** OpenSSL's results of verifying a certificate, as Node names them (Node.js, "X509 certificate error codes"). */
const CERTIFICATE_ERROR =
  /CERT|CRL|ISSUER|UNABLE_TO_VERIFY|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH/;

/** The problem with the server's certificate and what to do; undefined for other errors. */
export function certificateProblem(error: unknown): string | undefined {
  const { code, message } = error as { code?: unknown; message?: string };
  if (typeof code !== 'string' || !CERTIFICATE_ERROR.test(code)) return undefined;
  const remedy = REMEDIES[code] ?? 'set sslrootcert in DATABASE_URL to the file of the authority that signed it';
  return `The certificate of the database is rejected (${code}; ${remedy}): ${message}`;
}
