import { fileURLToPath } from 'node:url';
import base from '../../jest.config.js';

/** `npm run test:bench`: each benchmark runs. It needs `npm ci --prefix bench`, and pgbench for one of them. */
export default {
  ...base,
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  displayName: 'bench',
  roots: ['<rootDir>/test/bench'],
  testMatch: ['**/*.bench.ts'],
};
