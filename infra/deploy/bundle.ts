import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

/** How a function reaches its database: the bundle contains only that driver. */
export type Driver = 'pg' | 'data-api';

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
 * @param handler `functions/http/create-order.handler`
 * @param directory the absolute path of the checkout
 */
export async function bundleHandler(handler: string, driver: Driver, directory: string): Promise<Bundle> {
  const options = optionsOf(handler, driver, directory);
  const { outputFiles, metafile } = await build(options);
  const files = new Map(
    outputFiles.map(({ path, contents }) => [relative(directory, path).replaceAll(sep, '/'), contents]),
  );
  const bytes = files.get(options.outfile)?.byteLength ?? 0;
  return { files, bytes, parts: partsOf(metafile) };
}

function optionsOf(handler: string, driver: Driver, directory: string) {
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
    plugins: [credentialsOfLambda, versionOnly, pgInJavaScript],
    metafile: true,
    write: false,
    logLevel: 'silent',
  } as const satisfies BuildOptions;
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
