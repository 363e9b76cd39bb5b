import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from '@jest/globals';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';

/** A file may import from its own folder and from the layers below; folders of one layer do not import each other. */
const LAYERS: readonly (readonly string[])[] = [
  ['cli', 'tools'],
  ['infra'],
  ['functions'],
  ['lib/runtime'],
  ['lib/openapi'],
  ['lib/http'],
  ['lib/auth', 'lib/processors', 'lib/events'],
  ['lib/orders'],
  ['lib/database', 'lib/queue'],
  ['lib/observability'],
  ['lib/config.ts', 'lib/routes.ts'],
  ['lib/errors.ts', 'lib/order-key.ts', 'lib/setting-kinds.ts'],
  // They import no part of the service: the generated client, the document, and the user's processors.
  ['client', 'docs', 'processors'],
];

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g;

const within = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);
const folderOf = (path: string) => LAYERS.flat().find((folder) => within(path, folder));
const layerOf = (folder: string) => LAYERS.findIndex((layer) => layer.includes(folder));

/** Every import of a file of this repository. */
function imports(): { importer: string; imported: string }[] {
  return globSync('{functions,lib,cli,infra,tools}/**/*.{ts,js}', { cwd: REPOSITORY })
    .map((path) => path.replaceAll('\\', '/'))
    .flatMap((importer) =>
      [...readFileSync(join(REPOSITORY, importer), 'utf8').matchAll(IMPORT)].map(([, specifier = '']) => ({
        importer,
        imported: normalize(join(dirname(importer), specifier)).replaceAll('\\', '/'),
      })),
    )
    .filter(({ imported }) => !imported.startsWith('node_modules/'));
}

test('imports of functions, lib, cli, infra and tools point down, never to a layer above or another folder of the same layer', () => {
  const up = imports().filter(({ importer, imported }) => {
    const [from, to] = [folderOf(importer), folderOf(imported)];
    if (from === undefined || to === undefined) return true;
    return from !== to && layerOf(from) >= layerOf(to);
  });
  expect(up.map(({ importer, imported }) => `${importer} -> ${imported}`)).toEqual([]);
});

test('no chain of imports leads back to its first file', () => {
  const all = Map.groupBy(imports(), ({ importer }) => importer);
  const done = new Set<string>();
  const circleFrom = (path: string, chain: readonly string[]): readonly string[] | undefined => {
    if (chain.includes(path)) return [...chain.slice(chain.indexOf(path)), path];
    if (done.has(path)) return undefined;
    done.add(path);
    for (const { imported } of all.get(path) ?? []) {
      const circle = circleFrom(imported, [...chain, path]);
      if (circle) return circle;
    }
    return undefined;
  };
  expect([...all.keys()].map((path) => circleFrom(path, [])?.join(' -> ')).filter((one) => one)).toEqual([]);
});
