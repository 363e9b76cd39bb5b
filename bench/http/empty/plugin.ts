// Plugins must be inside the directory of their service.
export { default } from '../../../infra/local/serverless-offline/api-plugin.ts';
