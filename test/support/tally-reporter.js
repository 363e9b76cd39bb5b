import { appendFileSync } from 'node:fs';

/**
 * Appends a line `<passed> <failed>` to the file that TEST_TALLY names, for `.ci/run` to add up; does nothing without.
 * What was skipped has not passed, and a file that could not run counts as a failure.
 */
export default class TallyReporter {
  onRunComplete(_, { numTotalTests, numPassedTests, numRuntimeErrorTestSuites }) {
    if (!process.env.TEST_TALLY) return;
    const failed = numTotalTests - numPassedTests + numRuntimeErrorTestSuites;
    appendFileSync(process.env.TEST_TALLY, `${numPassedTests} ${failed}\n`);
  }
}
