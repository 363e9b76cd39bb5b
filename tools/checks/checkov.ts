import * as z from 'zod';
import type { Finding } from '../../infra/deploy/finding.ts';
import { runPythonTool } from './python-tools.ts';

const report = z.object({
  results: z.object({
    failed_checks: z.array(z.object({ check_id: z.string(), check_name: z.string(), resource: z.string() })),
  }),
  // It omits what it cannot read.
  summary: z.object({ parsing_errors: z.literal(0), resource_count: z.int().positive() }),
});

/** It ran, and some checks failed. */
const FOUND_SOME = [1];

/**
 * Runs checkov's CloudFormation checks on a template.
 * @param python of the environment that contains it
 * @throws {Error} if it cannot read the template
 */
export async function checkov(python: string, template: string): Promise<Finding[]> {
  // Nothing is fetched from its vendor: it would fetch guidelines for links in its output.
  const options = ['--framework', 'cloudformation', '--skip-download', '--compact', '--quiet', '--output', 'json'];
  const output = await runPythonTool(python, 'checkov', ['--file', template, ...options], FOUND_SOME);
  return report.parse(JSON.parse(output)).results.failed_checks.map(({ check_id, check_name, resource }) => ({
    tool: 'checkov',
    rule: check_id,
    // Its form is AWS::SQS::Queue.OrderQueue.
    resource: resource.slice(resource.lastIndexOf('.') + 1),
    message: check_name,
  }));
}
