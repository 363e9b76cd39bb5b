import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { Violation } from '../../infra/deploy/resources.ts';
import { lastLine, run } from '../../infra/python/install-once.ts';
import { pythonEnvironment } from '../../infra/python/python-environment.ts';
import { UserError } from '../../infra/user-error.ts';

const TOOL = {
  title: 'cfn-lint',
  name: 'cfn-lint',
  requirements: ['cfn-lint'],
  constraints: join(import.meta.dirname, 'constraints.txt'),
  takes: 'about 20 seconds',
};

const IGNORED = [
  // osls and our plugin write down dependencies that a reference implies as well, which changes nothing.
  'W3005',
  // Parameters are filled in when a stage is packaged, so a condition on one compares two constants.
  'W8003',
];

const report = z.array(
  z.object({
    Rule: z.object({ Id: z.string() }),
    Message: z.string(),
    Location: z.object({ Path: z.array(z.union([z.string(), z.number()])).nullish() }),
  }),
);

/** Bits of its exit code for errors, warnings and remarks: it ran and found some. 1 means that it could not run. */
const FOUND_SOME: ReadonlySet<unknown> = new Set([2, 4, 6, 8, 10, 12, 14]);

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/**
 * Runs cfn-lint on a template: the schemas and rules of AWS, for the region that the template is packaged for. It is
 * installed once, into the user's cache.
 * @throws UserError if it cannot be installed, or cannot read the template
 */
export async function cfnLint(template: string, region: string): Promise<Violation[]> {
  const python = await pythonEnvironment(TOOL, console.log);
  const options = ['--template', template, '--regions', region, '--format', 'json', '--ignore-checks', ...IGNORED];
  // Passed to Python, because the first line of the script contains the directory where the environment was created.
  const { stdout } = await run(python, [join(dirname(python), 'cfn-lint'), ...options], {
    maxBuffer: MAX_OUTPUT_BYTES,
  }).catch((error: { code?: unknown; stdout?: string }) => {
    if (FOUND_SOME.has(error.code)) return { stdout: error.stdout ?? '' };
    throw new UserError(`cfn-lint failed: ${lastLine(error)}`, { cause: error });
  });
  return report.parse(JSON.parse(stdout || '[]')).map(({ Rule, Message, Location }) => ({
    rule: Rule.Id,
    resource: Location.Path?.[0] === 'Resources' ? String(Location.Path[1]) : '',
    message: Message,
  }));
}
