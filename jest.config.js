import { availableParallelism } from 'node:os';
import { runOnProjectNode } from './infra/project-node.js';

// Test files are ES modules. Here, and not in package.json, so that npx and IDEs run them as `npm test` does.
await runOnProjectNode(['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']);

// Not UTC, so that a test notices code that depends on the time zone of its machine. Here, since workers, the servers of the
// tests and every command they start inherit it. Nepal is 5:45 h ahead of UTC: neither hours nor days begin together.
process.env.TZ = 'Asia/Kathmandu';

/** Real parts, no mocks: the global set-up starts one Postgres and one queue server; each file makes its own database. */
export default {
  testEnvironment: 'node',
  // Tests wait for processes and timeouts half of the time: with a worker less than there are cores, jest's own choice, the
  // whole suite took 500 s on 2 cores, and 219 s with three workers.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.js' },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  reporters: ['default', '<rootDir>/test/support/tally-reporter.js'],
  // Longer than a test waits for a condition (test/support/wait-until.ts). Files that start processes of their own say how long
  // those may take.
  testTimeout: 30_000,
  coverageProvider: 'v8',
};
