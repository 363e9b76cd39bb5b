/** Serverless takes plugins from within the service's folder only. */
export { default } from '../../../infra/local/serverless-offline/plugin.ts';
