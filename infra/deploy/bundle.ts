import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

/** How a function reaches its database: the bundle contains only that driver. */
export type Driver = 'pg' | 'data-api';

/** A function in serverless.yml. */
export interface Handler {
  readonly key: string;
  /** `functions/http/create-order.handler` */
  readonly handler: string;
}

export interface Bundle {
  /** By their paths in the package, relative and with slashes. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The bytes of the code, without its map. */
  readonly bytes: number;
  /** Bytes by npm package, with this project's own code under `this project`, largest first. */
  readonly parts: readonly (readonly [name: string, bytes: number])[];
}

/**
 * A handler as one minified ES module with its source map.
 * @param directory the absolute path of the checkout
 */
export async function bundleHandler(handler: Handler, driver: Driver, directory: string): Promise<Bundle> {
  const options = optionsOf(handler, driver, directory);
  const lean = await build({ ...options, plugins: [...options.plugins, withoutJsonSchema] });
  const describesItself = Object.keys(lean.metafile.inputs).some((path) => path.startsWith('lib/openapi/'));
  const { outputFiles, metafile } = describesItself ? await build(options) : lean;
  const files = new Map(
    outputFiles.map(({ path, contents }) => [relative(directory, path).replaceAll(sep, '/'), contents]),
  );
  const bytes = files.get(options.outfile)?.byteLength ?? 0;
  return { files, bytes, parts: partsOf(metafile) };
}

function optionsOf({ handler }: Handler, driver: Driver, directory: string) {
  const stem = handler.slice(0, handler.lastIndexOf('.'));
  return {
    entryPoints: [`${stem}.ts`],
    outfile: `${stem}.mjs`,
    absWorkingDir: directory,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Prefers the ES modules of a package, because unused code can be removed from them.
    mainFields: ['module', 'main'],
    sourcemap: 'linked',
    // A stack needs positions and names; the sources are in the repository.
    sourcesContent: false,
    define: {
      'process.env.BUNDLED_DRIVER': JSON.stringify(driver),
    },
    // For CommonJS packages (pg), which require Node's built-in modules.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    // Loaded on demand, and never in these functions: the SDK's code for operations that stream events, and pg's for
    // passwords from a file.
    external: ['@smithy/core/event-streams', 'pgpass'],
    plugins: [zodAsNamespace, credentialsOfLambda, versionOnly, pgInJavaScript, withoutOwnHashes],
    metafile: true,
    write: false,
    logLevel: 'silent',
  } as const satisfies BuildOptions;
}

/**
 * `import { z }` includes all of Zod, 450 kB with its messages in 40 languages; with a namespace import, esbuild sees
 * what is used.
 */
const zodAsNamespace: Plugin = {
  name: 'zod-as-namespace',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace("import { z } from 'zod'", "import * as z from 'zod'"),
      loader: 'ts',
    }));
  },
};

/** Every schema of Zod can be converted to JSON Schema, 15 kB; only the OpenAPI document needs that. */
const withoutJsonSchema = without(
  /\/(json-schema-processors|to-json-schema)\.js$/,
  /[\\/]zod[\\/]v4[\\/]classic[\\/]schemas\.js$/,
);

/** The SDK includes its own hashes for a Node without any, 5 kB. */
const withoutOwnHashes = without(/^\.\/(Sha256Js|Md5Js)$/, /[\\/]@smithy[\\/]core[\\/].*[\\/]checksum[\\/]/);

/** Omits a module that is imported but never used in these bundles. */
function without(module: RegExp, importedBy: RegExp): Plugin {
  const namespace = module.source;
  return {
    name: `without ${namespace}`,
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: module }, ({ importer }) =>
        importedBy.test(importer) ? { path: 'nothing', namespace } : undefined,
      );
      // As CommonJS, so that esbuild does not require it to export what is imported.
      onLoad({ filter: /./, namespace }, () => ({ contents: 'module.exports = {};' }));
    },
  };
}

/**
 * The SDK looks for credentials in a dozen places (profiles, SSO, instance metadata …), 115 kB of code. Lambda provides
 * them in environment variables.
 */
const credentialsOfLambda: Plugin = {
  name: 'credentials-of-lambda',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, () => ({
      path: join(import.meta.dirname, 'lambda-credentials.ts'),
    }));
  },
};

/** Each SDK client includes its package.json for its version, which it sends with requests. */
const versionOnly: Plugin = {
  name: 'version-only',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]@aws-sdk[\\/][^\\/]+[\\/]package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8')) as { version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/** pg's bindings to libpq, which it only loads on request. */
const pgInJavaScript: Plugin = {
  name: 'pg-in-javascript',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\.\/native$/ }, ({ importer }) =>
      /[\\/]pg[\\/]lib[\\/]index\.js$/.test(importer) ? { path: 'pg-native', external: true } : undefined,
    );
  },
};

function partsOf({ outputs }: Metafile): Bundle['parts'] {
  const parts = new Map<string, number>();
  for (const { inputs } of Object.values(outputs))
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? 'this project';
      parts.set(name, (parts.get(name) ?? 0) + bytesInOutput);
    }
  return [...parts].sort(([, a], [, b]) => b - a);
}
