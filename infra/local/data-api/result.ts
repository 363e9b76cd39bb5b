import type pg from 'pg';
import { type ColumnType, columnTypeOf, type ResultOptions } from './column-types.ts';
import { ServiceError } from './service-error.ts';

/** The bytes of a row, and of a result: 2 for each row, 4 for each column, and those of the values as text. */
const MAX_ROW = 64 * 1024;
const MAX_RESULT = 1024 * 1024;

/** Types of columns with a default from a sequence, as JDBC reports them. */
const GENERATED: Readonly<Record<string, string>> = { int2: 'smallserial', int4: 'serial', int8: 'bigserial' };

export interface StatementResult {
  readonly numberOfRecordsUpdated: number;
  readonly generatedFields?: readonly unknown[];
  readonly records?: readonly (readonly unknown[])[];
  readonly columnMetadata?: readonly unknown[];
}

/**
 * The response to a statement that has been executed.
 * @throws ServiceError for a result that the service does not return. The statement stays executed
 */
export async function toStatementResult(
  result: pg.QueryArrayResult<(string | null)[]>,
  client: pg.ClientBase,
  options: ResultOptions,
  withMetadata: boolean,
): Promise<StatementResult> {
  if (result.fields.length === 0) return { numberOfRecordsUpdated: result.rowCount ?? 0, generatedFields: [] };
  const types: ColumnType[] = [];
  for (const { dataTypeID } of result.fields) types.push(await columnTypeOf(dataTypeID, client));
  checkSize(result);
  const records = result.rows.map((row) =>
    row.map((text, index) => (text === null ? { isNull: true } : types[index]?.toField(text, options))),
  );
  const columnMetadata = [];
  if (withMetadata)
    for (const [index, field] of result.fields.entries())
      columnMetadata.push(await describe(field, types[index] as ColumnType, client));
  return { numberOfRecordsUpdated: 0, records, ...(withMetadata && { columnMetadata }) };
}

function checkSize({ rows, fields }: pg.QueryArrayResult<(string | null)[]>): void {
  let total = 0;
  for (const row of rows) {
    const size = row.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), 2 + 4 * fields.length);
    if (size > MAX_ROW) throw unsupported('The result contains a row that exceeds the size limit 64 KB.');
    total += size;
  }
  if (total > MAX_RESULT) throw unsupported('The result exceeds the size limit 1 MB.');
}

async function describe({ name, tableID, columnID }: pg.FieldDef, type: ColumnType, client: pg.ClientBase) {
  const generated = GENERATED[type.name];
  const isAutoIncrement = generated !== undefined && tableID !== 0 && (await isGenerated(tableID, columnID, client));
  return {
    name,
    label: name,
    typeName: isAutoIncrement ? generated : type.name,
    type: type.jdbcType,
    arrayBaseColumnType: 0,
    isAutoIncrement,
    isCaseSensitive: true,
    isCurrency: false,
    isSigned: true,
    nullable: 1,
    precision: 0,
    scale: 0,
    schemaName: '',
    tableName: '',
  };
}

async function isGenerated(tableId: number, columnId: number, client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false) AS generated
     FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attrelid = $1 AND a.attnum = $2`,
    [tableId, columnId],
  );
  return rows[0]?.generated === true;
}

function unsupported(message: string): ServiceError {
  return new ServiceError('UnsupportedResultException', 400, message);
}
