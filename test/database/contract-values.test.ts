import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Parameter } from '../../lib/database/database.ts';
import { DRIVERS, type Subject } from '../support/contract.ts';

describe.each(DRIVERS)('values over $name', ({ open }) => {
  let subject: Subject;

  beforeAll(async () => {
    subject = await open();
  });
  afterAll(() => subject?.close());

  async function value(sql: string, ...parameters: Parameter[]): Promise<unknown> {
    const rows = await subject.database.query<{ value: unknown }>(`SELECT ${sql} AS value`, parameters);
    expect(rows).toHaveLength(1);
    return rows[0]?.value;
  }

  describe('come back', () => {
    test.each([
      ['text', `'plain'::text`, 'plain'],
      ['text of any script, and of what JSON and SQL escape', `U&'é\\+01F600"\\\\''\n\t$1 :p1'`, `é😀"\\'\n\t$1 :p1`],
      ['an empty text', `''::text`, ''],
      ['varchar', `'v'::varchar(9)`, 'v'],
      ['a uuid, as text', `'6f1c1f4e-0000-4000-8000-000000000001'::uuid`, '6f1c1f4e-0000-4000-8000-000000000001'],
      ['smallint', '(-32768)::smallint', -32_768],
      ['the greatest integer', '2147483647::integer', 2_147_483_647],
      ['the least integer', '(-2147483648)::integer', -2_147_483_648],
      ['bigint beyond integer', '2147483648::bigint', 2_147_483_648],
      ['the greatest bigint that a number holds', '9007199254740991::bigint', Number.MAX_SAFE_INTEGER],
      ['the least bigint that a number holds', '(-9007199254740991)::bigint', Number.MIN_SAFE_INTEGER],
      ['a count', 'count(*)', 1],
      ['numeric with its scale', '10.50::numeric', '10.50'],
      ['numeric beyond a float', '12345678901234567890.123456789::numeric', '12345678901234567890.123456789'],
      ['a whole numeric', '7::numeric', '7'],
      ['double precision', '0.1::double precision', 0.1],
      ['true', 'true', true],
      ['false', 'false', false],
      ['integer[]', `'{3,1,-2}'::integer[]`, [3, 1, -2]],
      ['an empty integer[]', `'{}'::integer[]`, []],
      ['integer[] with NULL in it', `'{1,NULL}'::integer[]`, [1, null]],
      ['timestamptz', `'2026-11-23 09:30:00+00'::timestamptz`, new Date('2026-11-23T09:30:00Z')],
      ['timestamptz of another zone', `'2026-11-23 09:30:00+05:30'::timestamptz`, new Date('2026-11-23T04:00:00Z')],
      ['milliseconds', `'2026-11-23 09:30:00.25+00'::timestamptz`, new Date('2026-11-23T09:30:00.250Z')],
      [
        'microseconds, cut to milliseconds',
        `'2026-11-23 09:30:00.123999+00'::timestamptz`,
        new Date('2026-11-23T09:30:00.123Z'),
      ],
      [
        'a microsecond before midnight',
        `'2026-12-31 23:59:59.999999+00'::timestamptz`,
        new Date('2026-12-31T23:59:59.999Z'),
      ],
    ])('%s', async (_, sql, expected) => {
      expect(await value(sql)).toEqual(expected);
    });

    test.each([
      'text',
      'uuid',
      'integer',
      'bigint',
      'numeric',
      'double precision',
      'boolean',
      'integer[]',
      'timestamptz',
    ])('NULL of type %s is returned as null', async (type) => {
      expect(await value(`NULL::${type}`)).toBeNull();
    });

    test('columns are returned under their names, and rows in their order', async () => {
      const rows = await subject.database.query(
        `SELECT n AS "camelCase", n * 2 AS plain FROM generate_series(1, 3) AS n ORDER BY n DESC`,
      );

      expect(rows).toEqual([
        { camelCase: 3, plain: 6 },
        { camelCase: 2, plain: 4 },
        { camelCase: 1, plain: 2 },
      ]);
    });

    test('a statement that changes rows can return them', async () => {
      const { database } = subject;
      await database.query('CREATE TABLE changed (id bigint GENERATED ALWAYS AS IDENTITY, amount numeric)');

      expect(await database.query('INSERT INTO changed (amount) VALUES (1.10), (2) RETURNING id, amount')).toEqual([
        { id: 1, amount: '1.10' },
        { id: 2, amount: '2' },
      ]);
      expect(await database.query('UPDATE changed SET amount = 0')).toEqual([]);
      expect(await database.query('SELECT id FROM changed WHERE id > 2')).toEqual([]);
    });

    test.each(['9007199254740992', '-9007199254740992', '9223372036854775807'])(
      'a value that a number cannot represent is an error: %s',
      async (digits) => {
        await expect(value(`(${digits})::bigint`)).rejects.toMatchObject({
          name: 'DatabaseError',
          kind: 'defect',
          message: `bigint ${digits} does not fit a number`,
        });
        expect(await value('1::bigint')).toBe(1);
      },
    );
  });

  describe('go in', () => {
    test.each<[string, string, Parameter, unknown]>([
      ['text', '$1::text', `it's "é😀" :p1 $1 \\`, `it's "é😀" :p1 $1 \\`],
      ['an empty text', '$1::text', '', ''],
      ['an integer', '$1::integer', 2_147_483_647, 2_147_483_647],
      ['a negative integer', '$1::integer', -5, -5],
      ['a bigint', '$1::bigint', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
      ['a fraction', '$1::double precision', 0.1, 0.1],
      ['a whole number where a fraction may be', '$1::double precision', 60, 60],
      ['a boolean', 'NOT $1::boolean', true, false],
      ['an amount, as text', '$1::numeric', '10.50', '10.50'],
      ['a uuid, as text', '$1::uuid', '6f1c1f4e-0000-4000-8000-000000000001', '6f1c1f4e-0000-4000-8000-000000000001'],
    ])('%s', async (_, sql, parameter, expected) => {
      expect(await value(sql, parameter)).toBe(expected);
    });

    test.each(['text', 'integer', 'bigint', 'numeric', 'double precision', 'boolean', 'json', 'uuid'])(
      'NULL, cast to %s, is a parameter',
      async (type) => {
        expect(await value(`$1::${type} IS NULL`, null)).toBe(true);
      },
    );

    test('a set is passed as one JSON text', async () => {
      const set = [
        { id: 'a', ids: [1, 2], amount: '1.50', note: null },
        { id: `"b'\\`, ids: [], amount: '0', note: 'é' },
      ];

      expect(
        await subject.database.query(
          'SELECT * FROM json_to_recordset($1::json) AS v(id text, ids integer[], amount numeric, note text)',
          [JSON.stringify(set)],
        ),
      ).toEqual(set);
    });

    test('parameters can be in any order, more than nine, and repeated', async () => {
      const numbers = Array.from({ length: 12 }, (_, index) => index + 1);
      const places = numbers.map((n) => `$${n}::integer`).reverse();

      expect(await value(`concat_ws(',', ${places.join()}, $12::integer)`, ...numbers)).toBe(
        [...numbers.toReversed(), 12].join(),
      );
    });

    test('$1 in a string, a name, a comment or a function body is not a parameter', async () => {
      const rows = await subject.database.query(
        `SELECT '$1' AS "$1", $$ $1 $$ AS body, $body$ $$1 $body$ AS tagged, E'\\'$1' AS escaped, -- $1
                /* $1 ' */ $1::text AS value`,
        ['v'],
      );

      expect(rows).toEqual([{ $1: '$1', body: ' $1 ', tagged: ' $$1 ', escaped: `'$1`, value: 'v' }]);
    });
  });
});
