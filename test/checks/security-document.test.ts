import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENT = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');

/** The table's rows as their cells. */
const ROWS = DOCUMENT.split('\n')
  .filter((line) => line.startsWith('|') && !line.startsWith('|---'))
  .map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1),
  );

const testsIn = (text: string) => [...text.matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path);

test('docs/security.md has each of the ten risks once, with a control and a test', () => {
  const risks = ROWS.flatMap(([risk = '', control = '', tests = '']) => {
    const [, name] = /^\*\*(API\d+)\*\*/.exec(risk) ?? [];
    return name && control !== '' && testsIn(tests).length > 0 ? [name] : [];
  });
  expect(risks).toEqual(Array.from({ length: 10 }, (_, place) => `API${place + 1}`));
});

test('every test that docs/security.md names exists and contains tests', () => {
  const isTest = (path: string) =>
    existsSync(join(ROOT, path)) && /^\s*(test|it)(\.each|\()/m.test(readFileSync(join(ROOT, path), 'utf8'));
  expect(testsIn(DOCUMENT).filter((path) => !isTest(path))).toEqual([]);
});

test('every other file that docs/security.md names exists', () => {
  const named = [...DOCUMENT.matchAll(/`((?:infra|\.github)\/[^`]+)`/g)].map(([, path = '']) => path);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
