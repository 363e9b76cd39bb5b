import { fileURLToPath } from 'node:url';
import base from '../../jest.config.js';

/**
 * `npm run faults`: what must hold when processes die, stop, or lose each other. A separate project, because each file
 * runs its own stacks and waits for leases to end.
 */
const { globalSetup: _, globalTeardown: __, ...shared } = base;

export default {
  ...shared,
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  displayName: 'faults',
  roots: ['<rootDir>/test/faults'],
  testMatch: ['**/*.fault.ts'],
  // A stack has a dozen processes: more than two at a time only slow each other down.
  maxWorkers: 2,
  testTimeout: 180_000,
};
