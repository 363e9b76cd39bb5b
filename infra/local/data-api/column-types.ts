import type pg from 'pg';
import { ServiceError } from './service-error.ts';

/** How a value of a type is returned, from its text in Postgres. */
type ToField = (text: string, options: ResultOptions) => unknown;

export interface ResultOptions {
  readonly longReturnType?: 'STRING' | 'LONG';
  readonly decimalReturnType?: 'STRING' | 'DOUBLE_OR_LONG';
}

export interface ColumnType {
  /** The name in Postgres. */
  readonly name: string;
  /** The code in `java.sql.Types`. */
  readonly jdbcType: number;
  readonly toField: ToField;
}

const string: ToField = (text) => ({ stringValue: text });
const long: ToField = (text) => ({ longValue: Number(text) });
const double: ToField = (text) => ({ doubleValue: Number(text) });
const bigint: ToField = (text, options) =>
  options.longReturnType === 'STRING' ? string(text, options) : long(text, options);
const numeric: ToField = (text, options) => {
  if (options.decimalReturnType !== 'DOUBLE_OR_LONG') return string(text, options);
  return text.includes('.') ? double(text, options) : long(text, options);
};

/**
 * In UTC, without an offset. The fraction has no digits if it is zero, three if they are enough, and six otherwise.
 * Sessions here run in UTC; the result of a statement that sets another zone is not emulated.
 */
const timestamp: ToField = (text) => {
  const match = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d+))?(?:\+00)?$/.exec(text);
  // The real service's representation of infinity; that of the years before 1 and after 9999 is not known.
  if (!match) throw new ServiceError('InternalFailure', 500, '');
  const [, seconds, digits = ''] = match;
  const fraction = digits.padEnd(6, '0').replace(/000$/, '');
  return { stringValue: /^0+$/.test(fraction) ? seconds : `${seconds}.${fraction}` };
};

const array =
  (member: string, element: (text: string) => unknown): ToField =>
  (text) => {
    if (text.startsWith('{{') || text.startsWith('['))
      throw new ServiceError('UnsupportedResultException', 400, 'The result contains a multidimensional array');
    const elements = [...text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|[^,]+/g)].map(([raw, quoted]) => {
      if (quoted !== undefined) return element(quoted.replace(/\\(.)/g, '$1'));
      return raw === 'NULL' ? null : element(raw);
    });
    return { arrayValue: { [member]: elements } };
  };

/**
 * By type OID (pg_type.dat): the types that the documentation lists as supported and that are used here. Enums come in
 * addition.
 */
const SUPPORTED: ReadonlyMap<number, ColumnType> = new Map(
  (
    [
      [16, 'bool', -7, (text) => ({ booleanValue: text === 't' })],
      [17, 'bytea', -2, (text) => ({ blobValue: Buffer.from(text.slice(2), 'hex').toString('base64') })],
      [19, 'name', 12, string],
      [20, 'int8', -5, bigint],
      [21, 'int2', 5, long],
      [23, 'int4', 4, long],
      [25, 'text', 12, string],
      [26, 'oid', -5, bigint],
      [114, 'json', 1111, string],
      [700, 'float4', 7, double],
      [701, 'float8', 8, double],
      [1042, 'bpchar', 1, string],
      [1043, 'varchar', 12, string],
      [1082, 'date', 91, string],
      [1114, 'timestamp', 93, timestamp],
      [1184, 'timestamptz', 93, timestamp],
      [1700, 'numeric', 2, numeric],
      [2950, 'uuid', 1111, string],
      [3802, 'jsonb', 1111, string],
      [1005, '_int2', 2003, array('longValues', Number)],
      [1007, '_int4', 2003, array('longValues', Number)],
      [1016, '_int8', 2003, array('longValues', Number)],
      [1009, '_text', 2003, array('stringValues', (text) => text)],
    ] as const satisfies readonly (readonly [number, string, number, ToField])[]
  ).map(([oid, name, jdbcType, toField]) => [oid, { name, jdbcType, toField }]),
);

/** @throws ServiceError for a type that the service does not return: `void`, `interval` and many more */
export async function columnTypeOf(oid: number, client: pg.ClientBase): Promise<ColumnType> {
  const supported = SUPPORTED.get(oid);
  if (supported) return supported;
  const { rows } = await client.query('SELECT typname, typtype FROM pg_type WHERE oid = $1', [oid]);
  const { typname: name = 'unknown', typtype } = rows[0] ?? {};
  if (typtype === 'e') return { name, jdbcType: 12, toField: string };
  const message = `The result contains the unsupported data type ${String(name).toUpperCase()}.`;
  throw new ServiceError('UnsupportedResultException', 400, message);
}
