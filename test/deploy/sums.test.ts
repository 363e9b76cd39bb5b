import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { checkSums } from '../../infra/deploy/sums.ts';
import { packageStage } from '../../tools/checks/package-stage.ts';
import '../support/starts-processes.ts';

/** Milliseconds: Serverless bundles 22 functions, beside two other test files. */
const PACKAGING_MS = 180_000;

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sums-'));
});
afterAll(() => rm(directory, { recursive: true }));

// What `npm run check:template` does with cfn-lint, checkov and cfn-guard besides; this needs no Python.
test.each(['data-api', 'pg'] as const)(
  'the timeouts, retentions and limits of a packaged stage with the driver %s fit together',
  async (driver) => {
    const choice = { stage: 'prod', driver, region: 'us-east-1' };
    const { template } = await packageStage(choice, join(directory, driver));

    expect(Object.keys(template.Resources ?? {})).toContain('OrderQueue');
    expect(checkSums(template)).toEqual([]);
  },
  PACKAGING_MS,
);
