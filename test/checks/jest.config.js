import { fileURLToPath } from 'node:url';
import base from '../../jest.config.js';

/**
 * `npm run test:template`: our rules for the template, each shown to fail on a template that breaks it. A separate
 * project, because the tools behind the rules (cfn-lint, checkov, cfn-guard) take minutes to install the first time.
 */
const { globalSetup: _, globalTeardown: __, ...shared } = base;

export default {
  ...shared,
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  displayName: 'template',
  roots: ['<rootDir>/test/checks'],
  testMatch: ['**/*.check.ts'],
  // The first test waits for the tools, and cfn-guard is built from its crate.
  testTimeout: 900_000,
};
