import { fileURLToPath } from 'node:url';
import base from '../../jest.config.js';

/**
 * `npm run test:template`: the rules for the template, each shown to fail on a template that breaks it. A separate
 * project, because it packages stages, and installs cfn-lint the first time.
 */
const { globalSetup: _, globalTeardown: __, ...shared } = base;

export default {
  ...shared,
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  displayName: 'template',
  roots: ['<rootDir>/test/checks'],
  testMatch: ['**/*.check.ts'],
  // The first test waits for packaged stages, one at a time, or for cfn-lint to be installed. A busy machine takes minutes.
  testTimeout: 900_000,
};
