import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

/** How a function reaches its database: it carries only that driver. */
export type Driver = 'pg' | 'data-api';

export interface Bundle {
  /** By their paths in the package, relative and with slashes. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Of the code, without its map. */
  readonly bytes: number;
  /** Bytes by npm package, our own under `this project`, the largest first. */
  readonly parts: readonly (readonly [name: string, bytes: number])[];
}

/**
 * A handler as one minified ES module with its source map.
 * @param handler as in serverless.yml: `functions/http/create-order.handler`.
 * @param directory the checkout, absolute.
 */
export async function bundleHandler(handler: string, driver: Driver, directory: string): Promise<Bundle> {
  const stem = handler.slice(0, handler.lastIndexOf('.'));
  const result = await build({
    entryPoints: [`${stem}.ts`],
    outfile: `${stem}.mjs`,
    absWorkingDir: directory,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Where a package has ES modules as well: from those, what nobody uses can be left out.
    mainFields: ['module', 'main'],
    sourcemap: 'linked',
    // A stack needs positions and names; the sources are in the repository.
    sourcesContent: false,
    define: { 'process.env.BUNDLED_DRIVER': JSON.stringify(driver) },
    // For CommonJS packages (pg), which require Node's own modules.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    // The SDK imports it where an operation streams events. None of ours does, and none of ours could.
    external: ['@smithy/core/event-streams'],
    plugins: [zodAsNamespace, credentialsOfLambda, versionOnly, pgInJavaScript],
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const files = result.outputFiles.map(
    ({ path, contents }) => [relative(directory, path).replaceAll(sep, '/'), contents] as const,
  );
  const code = files.find(([path]) => path.endsWith('.mjs'))?.[1];
  if (!code) throw new Error(`esbuild made no ${stem}.mjs`);
  return { files: new Map(files), bytes: code.byteLength, parts: partsOf(result.metafile) };
}

/**
 * `import { z }` keeps all of Zod, 450 kB with its messages in 40 languages; as a namespace, esbuild sees what is used.
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

/**
 * The SDK looks for credentials in a dozen places (profiles, SSO, instance metadata …), 115 kB of code. Lambda has them in
 * environment variables.
 */
const credentialsOfLambda: Plugin = {
  name: 'credentials-of-lambda',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, () => ({
      path: join(import.meta.dirname, 'lambda-credentials.ts'),
    }));
  },
};

/** Each SDK client carries its package.json for the sake of its version, which it sends along. */
const versionOnly: Plugin = {
  name: 'version-only',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]@aws-sdk[\\/][^\\/]+[\\/]package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8')) as { version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/** pg's bindings to libpq, which it loads when asked for by name. */
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
