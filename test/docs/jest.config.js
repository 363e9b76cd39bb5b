import { fileURLToPath } from 'node:url';
import base from '../../jest.config.js';

/**
 * `npm run test:docs`: follows each page with commands from its first to its last. A separate project, because the pages
 * take as long as all other tests together: they start, kill and restart whole stacks, one command after the other.
 */
const { globalSetup: _, globalTeardown: __, ...shared } = base;

export default {
  ...shared,
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  displayName: 'docs',
  roots: ['<rootDir>/test/docs'],
  testMatch: ['**/*.page.ts'],
};
