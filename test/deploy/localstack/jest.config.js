import { fileURLToPath } from 'node:url';
import base from '../../../jest.config.js';

/**
 * `npm run test:deploy`: deploys to a LocalStack, changes what is deployed, and removes it. A separate project, because
 * what it needs takes minutes to install the first time: LocalStack, and AWS's runtime client, which is built.
 */
export default {
  ...base,
  rootDir: fileURLToPath(new URL('../../..', import.meta.url)),
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  displayName: 'deploy',
  roots: ['<rootDir>/test/deploy/localstack'],
  testMatch: ['**/*.deploy.ts'],
  // A deployment takes half a minute on two quiet cores, and the first one waits for the installations.
  testTimeout: 900_000,
};
