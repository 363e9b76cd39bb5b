import { join } from 'node:path';
import base from '../../jest.config.js';

/** `npm run test:browser`: the console in a real Chromium, against a stack as `npm start` runs it. */
export default {
  ...base,
  rootDir: join(import.meta.dirname, '..', '..'),
  displayName: 'browser',
  roots: ['<rootDir>/test/browser'],
  testMatch: ['**/*.browser.ts'],
  globalSetup: '<rootDir>/test/browser/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/browser/support/global-teardown.ts',
  // All files share one stack, and one of them pauses it.
  maxWorkers: 1,
  testTimeout: 90_000,
};
