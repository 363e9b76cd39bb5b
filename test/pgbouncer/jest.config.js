import { join } from 'node:path';
import base from '../../jest.config.js';

/** `npm run test:pgbouncer`: the pg driver behind a real PgBouncer, which has to be installed (Debian: pgbouncer). */
export default {
  ...base,
  rootDir: join(import.meta.dirname, '..', '..'),
  displayName: 'PgBouncer',
  roots: ['<rootDir>/test/pgbouncer'],
  testMatch: ['**/*.pgbouncer.ts'],
};
