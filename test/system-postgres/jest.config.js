import { join } from 'node:path';
import base from '../../jest.config.js';

/** `npm run test:postgres`: what needs more of Postgres than its server, which has to be installed (Debian: postgresql). */
export default {
  ...base,
  rootDir: join(import.meta.dirname, '..', '..'),
  displayName: 'installed Postgres',
  roots: ['<rootDir>/test/system-postgres'],
  testMatch: ['**/*.postgres.ts'],
  testTimeout: 60_000,
};
