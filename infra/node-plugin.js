/**
 * The first plugin of serverless.yml: the others are TypeScript, which an older Node cannot load. Serverless awaits the
 * export of a plugin file.
 */
export default import('./node-version.js').then(() => class NodePlugin {});
