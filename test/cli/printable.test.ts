import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { printable, printableJson, printableLines } from '../../infra/printable.ts';

const HOSTILE = '\u001b]0;PWNED\u0007\u009b2J\u0085\u202e\u2028\u{e0001}\ud800\r\n';

test('text for a terminal shows control and formatting characters by their code', () => {
  expect(printable(`a${HOSTILE}ü`)).toBe(
    'a\\u{1b}]0;PWNED\\u{7}\\u{9b}2J\\u{85}\\u{202e}\\u{2028}\\u{e0001}\\u{d800}\\u{d}\\u{a}ü',
  );
  expect(printableLines('first\u0007\nsecond')).toBe('first\\u{7}\nsecond');
});

test('text for a terminal keeps emoji and their joiners', () => {
  expect(printable('👩\u200d🚀 می\u200cخواهم')).toBe('👩\u200d🚀 می\u200cخواهم');
});

test('JSON for a terminal is one printable line that parses to the same value', () => {
  const value = { [HOSTILE]: [HOSTILE, 'ü', '👩\u200d🚀'] };
  expect(JSON.parse(printableJson(value))).toEqual(value);
  expect(printableJson(value)).toContain(
    String.raw`\u001b]0;PWNED\u0007\u009b2J\u0085\u202e\u2028\udb40\udc01\ud800\r\n`,
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = printableJson(text);
      expect(printable(json)).toBe(json);
      expect(JSON.parse(json)).toBe(text);
    }),
    { seed: 27 },
  );
});

test('every command prints JSON through printableJson', async () => {
  const directory = join(REPOSITORY, 'cli');
  const files = (await readdir(directory, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const plain = [];
  for (const file of files)
    if (/\bJSON\.stringify\(/.test(await readFile(join(directory, file), 'utf8'))) plain.push(file);
  // It describes attributes for findings, which doctor prints.
  expect(plain.sort()).toEqual(['doctor/queue-attributes.ts']);
});
