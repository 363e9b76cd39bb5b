import * as z from 'zod';

/** The documentation of a setting in docs/settings.md, except its default, which the schema contains. */
interface SettingDoc {
  readonly purpose: string;
  readonly unit?: string;
  /** The values that it accepts. An enumeration lists its own. */
  readonly allowed?: string;
}

/** The documentation of each setting by its schema, without the `default` and `optional` wrappers. */
export const settingDocs = z.registry<SettingDoc>();

export const wholeNumber = (lowest: number, highest: number, doc: SettingDoc) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${lowest} to ${highest}`)
    .transform(Number)
    .refine((value) => value >= lowest && value <= highest, `must be a whole number from ${lowest} to ${highest}`)
    .register(settingDocs, { ...doc, allowed: `${lowest}-${highest}` });

export const integer = (lowest: number, highest: number, byDefault: number, doc: SettingDoc) =>
  wholeNumber(lowest, highest, doc).default(byDefault);

const PRIVATE_URL_RULE =
  'must be a URL that begins with https:// and names no user (http:// only for localhost, 127.0.0.1 and [::1])';

/** Plain HTTP is only allowed on this machine: nobody may read orders in transit or replace an issuer's keys. */
function isPrivateUrl(value: string): boolean {
  const url = URL.parse(value);
  if (!url || url.username || url.password) return false;
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback);
}

/** @param rule for a setting that must be set */
export const privateUrl = (purpose: string, rule?: string) =>
  z.string(rule).refine(isPrivateUrl, PRIVATE_URL_RULE).register(settingDocs, { allowed: '`https://…`', purpose });

const SIGNING_KEY_RULE =
  'must be whsec_ and the base64 of 24 to 64 random bytes; while one is replaced, the new and the old, with a space between';

/** Signing keys in the format of Standard Webhooks 1.0.0 ("Signature scheme"), or undefined if one is invalid. */
export function readSigningKeys(value: string): readonly Buffer[] | undefined {
  const keys = value.split(' ').map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    // Encoding the key again must give the same text, because Node skips characters that are not base64.
    const isWhole = secret === `whsec_${key.toString('base64')}`;
    return isWhole && key.length >= 24 && key.length <= 64 ? key : undefined;
  });
  return keys.length <= 2 && keys.every((key) => key !== undefined) ? keys : undefined;
}

export const signingKeys = (purpose: string) =>
  z
    .string()
    .transform((value, context) => {
      const keys = readSigningKeys(value);
      if (keys) return keys;
      context.addIssue(SIGNING_KEY_RULE);
      return z.NEVER;
    })
    .register(settingDocs, { allowed: '`whsec_…`', purpose });

export const arn = (service: string, what: string, purpose: string) => {
  const rule = `must be set, to the ARN of ${what}: arn:aws:${service}:…`;
  // Of any length: the reference of the RDS Data API allows 100 characters, but the service accepts the longer ARNs of
  // secrets that RDS manages.
  return z
    .string(rule)
    .regex(new RegExp(`^arn:[a-z-]+:${service}:`), rule)
    .register(settingDocs, { allowed: `\`arn:aws:${service}:…\``, purpose });
};

const DATABASE_URL_RULE =
  'must be a URL like postgres://user:password@host:5432/orders_db, with special characters of the password percent-encoded';

/**
 * With an unencoded `/`, `?` or `#`, a part of the password would be parsed as the host, the database or a parameter,
 * and would appear in error messages about them.
 */
function isDatabaseUrl(value: string): boolean {
  // The host is empty before the directory of a Unix socket.
  const url = URL.parse(value.replace('@/', '@localhost/'));
  if (!url || !/^postgres(ql)?:$/.test(url.protocol) || !/^postgres(ql)?:\/\//.test(value)) return false;
  return !/@/.test(url.pathname) && url.hash === '' && /^(\?[\w.]+=[^&]*(&[\w.]+=[^&]*)*)?$/.test(url.search);
}

export const databaseUrl = (purpose: string) =>
  z
    .string('must be set, to a URL like postgres://user:password@host:5432/orders_db')
    .refine(isDatabaseUrl, DATABASE_URL_RULE)
    .register(settingDocs, { allowed: '`postgres://…`', purpose });
