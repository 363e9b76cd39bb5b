import { fileURLToPath } from 'node:url';
import base from '../../jest.config.js';

/** `npm run test:clients`. A separate project, because it needs Python and `npm ci --prefix test/clients/typescript`. */
const { globalSetup: _, globalTeardown: __, ...shared } = base;

export default {
  ...shared,
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  displayName: 'clients',
  roots: ['<rootDir>/test/clients'],
  testMatch: ['**/*.clients.ts'],
};
