import type { ColumnMetadata, ExecuteStatementCommandOutput, Field, SqlParameter } from '@aws-sdk/client-rds-data';
import { DatabaseError } from '../errors.ts';
import type { Parameter } from './database.ts';
import { parameterName } from './named-parameters.ts';
import { parseBigint } from './parse-bigint.ts';

/** Typed parameters, by the type of their value; the casts in the SQL convert them to what the statement needs. */
export function encodeParameters(parameters: readonly Parameter[]): SqlParameter[] {
  return parameters.map((value, index) => ({ name: parameterName(index + 1), value: encode(value) }));
}

function encode(value: Parameter): Field {
  if (value === null) return { isNull: true };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { booleanValue: value };
  return Number.isSafeInteger(value) ? { longValue: value } : { doubleValue: value };
}

type Decoder = (field: Field) => unknown;

/** By the name of a type in the service: the name in Postgres, or `serial` and similar for a generated column. */
const DECODERS: Readonly<Record<string, Decoder>> = {
  text,
  varchar: text,
  bpchar: text,
  name: text,
  uuid: text,
  numeric: text,
  bool: ({ booleanValue }) => booleanValue,
  int2: integer,
  int4: integer,
  int8: integer,
  smallserial: integer,
  serial: integer,
  bigserial: integer,
  float8: ({ doubleValue }) => doubleValue,
  timestamptz: timestamp,
  _int4: integers,
};

/** The rows of a result as objects by column name; empty for a statement that returns no rows. */
export function decodeRows<Row>({ columnMetadata = [], records = [] }: ExecuteStatementCommandOutput): Row[] {
  const columns = columnMetadata.map((column) => ({ name: column.label ?? '', decode: decoderOf(column) }));
  return records.map(
    (record) => Object.fromEntries(columns.map(({ name, decode }, index) => [name, decode(record[index])])) as Row,
  );
}

function decoderOf({ label, typeName = '' }: ColumnMetadata): (field: Field | undefined) => unknown {
  const decode = DECODERS[typeName];
  // Fails instead of returning a value that another driver would read differently.
  if (!decode) throw malformed(`column ${label} has the type ${typeName}, which statements must not return: cast it`);
  return (field) => {
    if (field?.isNull) return null;
    const value = field && decode(field);
    if (value === undefined)
      throw malformed(`column ${label} came as ${JSON.stringify(field)}, which is not ${typeName}`);
    return value;
  };
}

function text({ stringValue }: Field): string | undefined {
  return stringValue;
}

/** Text where the service supports longReturnType, a number where it ignores it. */
function integer({ longValue, stringValue }: Field): number | undefined {
  const digits = stringValue ?? longValue;
  return digits === undefined ? undefined : parseBigint(String(digits));
}

/** `2026-11-23 09:30:00.123456`: always UTC, without an offset. */
function timestamp({ stringValue = '' }: Field): Date | undefined {
  const date = new Date(`${stringValue.replace(' ', 'T')}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** An empty array has no elements from which to infer a type, so any type of empty array is correct. */
function integers({ arrayValue }: Field): (number | null)[] | undefined {
  if (!arrayValue) return undefined;
  const strings = arrayValue.stringValues?.map((element) => (element === null ? null : parseBigint(element)));
  return arrayValue.longValues ?? strings ?? [];
}

function malformed(message: string): DatabaseError {
  return new DatabaseError(`RDS Data API: ${message}`, 'defect');
}
