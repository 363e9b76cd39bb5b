import type { Queryable } from './database.ts';
import { MigrationError } from './migration-error.ts';

/** Hours and minutes east (+) or west (-) of Greenwich in ISO 8601. The easternmost zone is +14:00. */
const ISO_OFFSET = /^([+-])(0\d|1[0-4]):?([0-5]\d)?$/;

/**
 * The time zone as Postgres expects it. Postgres reads an unknown name as a POSIX zone, without an error: `+02:00`,
 * `UTC+2` and `Foo-3` with the opposite sign. So an offset is read as ISO 8601, and everything else must be a name.
 * @throws MigrationError
 */
export async function readTimeZone(database: Queryable, text: string): Promise<string> {
  if (/^(utc|z)$/i.test(text)) return 'UTC';
  const [, sign, hours, minutes = '00'] = ISO_OFFSET.exec(text) ?? [];
  if (sign && hours) return `<${sign}${hours}:${minutes}>${sign === '+' ? '-' : '+'}${hours}:${minutes}`;
  const [zone] = await database.query<{ name: string }>(
    'SELECT name FROM pg_catalog.pg_timezone_names WHERE lower(name) = lower($1::text) LIMIT 1',
    [text],
  );
  if (zone) return zone.name;
  throw new MigrationError(
    `time zone "${text}" not recognized: give a name such as Europe/Berlin, or an offset such as +02:00 (east of Greenwich)`,
  );
}
