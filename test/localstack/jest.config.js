import { join } from 'node:path';
import base from '../../jest.config.js';

/** `npm run test:localstack`: the queue's suite again, against a real LocalStack in place of the embedded queue. */
export default {
  ...base,
  rootDir: join(import.meta.dirname, '..', '..'),
  displayName: 'LocalStack',
  roots: ['<rootDir>/test/queue'],
  // LocalStack answers several times more slowly than the embedded queue server.
  testTimeout: 60_000,
  globalSetup: '<rootDir>/test/localstack/global-setup.ts',
  globalTeardown: '<rootDir>/test/localstack/global-teardown.ts',
};
