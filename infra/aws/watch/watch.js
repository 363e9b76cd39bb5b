// What serverless.yml includes. Serverless reads JavaScript files, and Node the TypeScript that they import.
export { watch } from './watch.ts';
