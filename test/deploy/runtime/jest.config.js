import { fileURLToPath } from 'node:url';
import base from '../../../jest.config.js';

/**
 * `npm run test:runtime`: the packaged functions under AWS's own runtime, with their sizes and cold starts. A separate
 * project, because that runtime takes minutes to build the first time, and runs on Linux only.
 */
export default {
  ...base,
  rootDir: fileURLToPath(new URL('../../..', import.meta.url)),
  displayName: 'runtime',
  roots: ['<rootDir>/test/deploy/runtime'],
  testMatch: ['**/*.runtime.ts'],
  // The first one waits for the runtime.
  testTimeout: 900_000,
};
