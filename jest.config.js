import { runOnProjectNode } from './infra/project-node.js';

// Test files are ES modules. Here, and not in package.json, so that npx and IDEs run them as `npm test` does.
await runOnProjectNode(['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']);

/** Real parts, no mocks: the global set-up starts one Postgres and one queue server; each file makes its own database. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.js' },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  reporters: ['default', '<rootDir>/test/support/tally-reporter.js'],
  // The slowest single test kills and restarts a whole stack; the default of 5 s is for tests without processes.
  testTimeout: 60_000,
  coverageProvider: 'v8',
};
