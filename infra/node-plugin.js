/**
 * The first plugin of serverless.yml: the others are TypeScript, which an older Node cannot load. Serverless awaits what a
 * plugin file exports.
 */
export default import('./node-version.js').then(() => class NodePlugin {});
