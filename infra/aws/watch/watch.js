/** Included by serverless.yml. Serverless reads only JavaScript files, and reads this one before it loads plugins. */
export async function watch(resolvers) {
  await import('../../node-version.js');
  const typescript = await import('./watch.ts');
  return typescript.watch(resolvers);
}
