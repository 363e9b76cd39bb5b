/** What serverless.yml includes. Serverless reads JavaScript files only, and this one before any plugin. */
export async function watch(resolvers) {
  await import('../../node-version.js');
  const typescript = await import('./watch.ts');
  return typescript.watch(resolvers);
}
