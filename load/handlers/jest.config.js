import { fileURLToPath } from 'node:url';
import base from '../../jest.config.js';

/** `npm run load:jest`: load on the handlers themselves, without HTTP. */
export default {
  ...base,
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  displayName: 'load',
  roots: ['<rootDir>/load/handlers'],
  testMatch: ['**/*.load.ts'],
  // Nothing may run alongside it.
  maxWorkers: 1,
  // As long as it takes; it ends by itself when no order moves any more.
  testTimeout: 3_600_000,
};
