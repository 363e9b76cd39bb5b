import type { ColumnMetadata, ExecuteStatementCommandOutput, Field, SqlParameter } from '@aws-sdk/client-rds-data';
import type { Parameter } from './database.ts';
import { DatabaseError } from './database-error.ts';
import { parameterName } from './named-parameters.ts';
import { parseBigint } from './parse-bigint.ts';

/** Parameters with a type each, by the kind of their value; the casts in the SQL make of it what the statement needs. */
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

/** By the name that the service gives a type: Postgres' own, or `serial` and its like for a generated column. */
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

/** The rows of a result, as objects by column name; none for a statement that returns nothing. */
export function decodeRows<Row>({ columnMetadata = [], records = [] }: ExecuteStatementCommandOutput): Row[] {
  const columns = columnMetadata.map((column) => ({ name: column.label ?? '', decode: decoderOf(column) }));
  return records.map(
    (record) => Object.fromEntries(columns.map(({ name, decode }, index) => [name, decode(record[index])])) as Row,
  );
}

function decoderOf({ label, typeName = '' }: ColumnMetadata): (field: Field | undefined) => unknown {
  const decode = DECODERS[typeName];
  // Rather than hand over what another driver would read otherwise.
  if (!decode) throw malformed(`column ${label} has the type ${typeName}, which no statement of ours returns: cast it`);
  return (field) => {
    if (field?.isNull) return null;
    const value = field && decode(field);
    if (value === undefined)
      throw malformed(`column ${label} came as ${JSON.stringify(field)}, which is no ${typeName}`);
    return value;
  };
}

function text({ stringValue }: Field): string | undefined {
  return stringValue;
}

/** As text where the service has been asked for it (see longReturnType), as a number where it does not heed that. */
function integer({ longValue, stringValue }: Field): number | undefined {
  const digits = stringValue ?? longValue;
  return digits === undefined ? undefined : parseBigint(String(digits));
}

/** `2026-11-23 09:30:00.123456`: always UTC, and without saying so. */
function timestamp({ stringValue = '' }: Field): Date | undefined {
  const date = new Date(`${stringValue.replace(' ', 'T')}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** An empty array has no elements that could tell their type, so any kind of none will do. */
function integers({ arrayValue }: Field): (number | null)[] | undefined {
  if (!arrayValue) return undefined;
  const strings = arrayValue.stringValues?.map((element) => (element === null ? null : parseBigint(element)));
  return arrayValue.longValues ?? strings ?? [];
}

function malformed(message: string): DatabaseError {
  return new DatabaseError(`RDS Data API: ${message}`, 'defect', undefined, undefined);
}
