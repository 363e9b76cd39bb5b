import { describe, expect, test } from '@jest/globals';
import { toNamedParameters } from '../../lib/database/named-parameters.ts';

describe('the translation of $1 to :p1', () => {
  test.each([
    ['a parameter', 'SELECT $1', 'SELECT :p1'],
    ['one that comes twice', '$1::json IS NULL OR id = $1::json', ':p1::json IS NULL OR id = :p1::json'],
    ['the tenth apart from the first', '$1 $10 $2', ':p1 :p10 :p2'],
    ['one at the edge of punctuation', '($1,$2)=-$3', '(:p1,:p2)=-:p3'],
    ['none', 'SELECT 1', 'SELECT 1'],
  ])('translating $1 to :p1 finds %s', (_, sql, expected) => {
    expect(toNamedParameters(sql)).toBe(expected);
  });

  test.each([
    ['a string', `SELECT '$1'`],
    ['a string with quotes in it', `SELECT 'it''s $1'`],
    ['a string with escapes', String.raw`SELECT E'it\'s $1'`],
    ['a string that ends in a backslash', String.raw`SELECT '\' || '$1'`],
    ['a colon in a string', `SELECT 'a:b'`],
    ['a quoted name', 'SELECT 1 AS "$1 "" :b"'],
    ['a line comment', 'SELECT 1 -- it costs $1, :b'],
    ['a block comment', 'SELECT 1 /* $1\n :b */'],
    ['a dollar-quoted body', 'SELECT $$ $1 $$'],
    ['a tagged body with another inside', 'SELECT $body$ $$ $1 $$ $body$'],
    ['a name with a dollar in it', 'SELECT a$1 FROM t$2'],
    ['a cast', 'SELECT a::text, b :: text'],
    ['a cast in a body', 'DO $$ BEGIN PERFORM 1::text; END $$'],
    ['an assignment', 'DO $$ BEGIN x := 1; END $$'],
    ['a slice between spaces', 'SELECT a[1 : 2]'],
  ])('translating $1 to :p1 leaves %s unchanged', (_, sql) => {
    expect(toNamedParameters(sql)).toBe(sql);
  });

  test.each([
    ['a name in a body', 'DO $$ BEGIN RAISE NOTICE :b; END $$', ':b'],
    ['a slice', 'SELECT a[1:2]', ':2'],
    ['a named parameter', 'SELECT :id', ':id'],
  ])('translating $1 to :p1 rejects %s, which the service would change', (_, sql, name) => {
    expect(() => toNamedParameters(sql)).toThrow(`would mistake "${name}" in this statement for a parameter`);
  });
});
