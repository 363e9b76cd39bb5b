import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';

const DOCUMENTED = /\bfit ([\w-]+) (\d[\w.-]*\w)/;

const patches = globSync('infra/local/**/README.md', { cwd: REPOSITORY })
  .map((path) => [path, ...(DOCUMENTED.exec(readFileSync(join(REPOSITORY, path), 'utf8')) ?? [])] as const)
  .filter(([, found]) => found !== undefined)
  .map(([path, , name = '', version = '']) => ({ folder: path.replace('/README.md', ''), name, version }));

test('the queue server and Serverless Offline are the packages that are patched', () => {
  expect(patches.map(({ name }) => name).sort()).toEqual(['fauxqs', 'serverless-offline']);
});

test.each(patches)('$name is installed in version $version, which the patches in $folder fit', ({ name, version }) => {
  const manifest = readFileSync(join(REPOSITORY, 'node_modules', name, 'package.json'), 'utf8');
  expect(JSON.parse(manifest)).toMatchObject({ version });
});

test('no other file imports a file of an installed package by its path', () => {
  const sources = globSync('{functions,lib,cli,infra,tools,test,load,bench}/**/*.ts', { cwd: REPOSITORY });
  const importers = sources.filter((path) =>
    /(from|import)\s*\(?'[./]*node_modules\//.test(readFileSync(join(REPOSITORY, path), 'utf8')),
  );
  expect(importers).toEqual(['infra/local/queue/fauxqs/parts.ts']);
});
