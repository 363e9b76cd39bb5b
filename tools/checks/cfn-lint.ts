import * as z from 'zod';
import type { Finding } from '../../infra/deploy/finding.ts';
import { runPythonTool } from './python-tools.ts';

const report = z.array(
  z.object({
    Rule: z.object({ Id: z.string() }),
    Message: z.string(),
    Location: z.object({ Path: z.array(z.union([z.string(), z.number()])).nullish() }),
  }),
);

/** Bits of its exit code for errors, warnings and remarks: it ran and found some. 1 means that it could not run. */
const FOUND_SOME = [2, 4, 6, 8, 10, 12, 14];

/**
 * Runs cfn-lint on a template: the schemas and rules of AWS, for the region that the template is packaged for.
 * @param python of the environment that contains it
 * @throws {Error} if it cannot read the template
 */
export async function cfnLint(python: string, template: string, region: string): Promise<Finding[]> {
  const options = ['--regions', region, '--format', 'json'];
  const output = await runPythonTool(python, 'cfn-lint', ['--template', template, ...options], FOUND_SOME);
  return report.parse(JSON.parse(output || '[]')).map(({ Rule, Message, Location }) => ({
    tool: 'cfn-lint',
    rule: Rule.Id,
    resource: Location.Path?.[0] === 'Resources' ? String(Location.Path[1]) : '',
    message: Message,
  }));
}
