import { jest } from '@jest/globals';

/**
 * Import this first in a test file that starts processes: stacks, commands, Serverless. On a busy machine with
 * two cores each takes seconds to start, and the slowest single test kills and restarts a whole stack.
 */
jest.setTimeout(120_000);
