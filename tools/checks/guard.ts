import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import type { Finding } from '../../infra/deploy/finding.ts';
import { UserError } from '../../infra/user-error.ts';
import { ROUTES, routeKeyOf } from '../../lib/routes.ts';

const run = promisify(execFile);

const RULES = join(import.meta.dirname, 'rules');

/** The exit code of cfn-guard if a template does not comply (0 if it does). */
const NOT_COMPLIANT = 19;

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** What the rules expect of a stage that its template does not contain. */
export interface Expectations {
  /** True if its orders must survive mistakes: deletion protection, backups. */
  readonly isProtected: boolean;
}

const failure = z.object({
  Rule: z.object({ name: z.string(), checks: z.array(z.unknown()) }),
});
const report = z.array(z.object({ not_compliant: z.array(failure) })).length(1);

/**
 * Runs the project's cfn-guard rules on a template.
 * @param cfnGuard path of the program
 * @param template path of the template
 * @throws {Error} if the rules or the template cannot be read
 */
export async function guard(cfnGuard: string, template: string, expectations: Expectations): Promise<Finding[]> {
  const directory = await mkdtemp(join(tmpdir(), 'cfn-guard-'));
  try {
    const parameters = join(directory, 'expected.json');
    await writeFile(parameters, JSON.stringify({ Expected: expected(expectations) }));
    const options = ['--structured', '--output-format', 'json', '--show-summary', 'none'];
    const { stdout } = await run(
      cfnGuard,
      ['validate', '--rules', RULES, '--data', template, '--input-params', parameters, ...options],
      { maxBuffer: MAX_OUTPUT_BYTES },
    ).catch((error: { code?: unknown; stdout?: string; stderr?: string }) => {
      if (error.code !== NOT_COMPLIANT) throw new UserError(`cfn-guard failed: ${error.stderr}`, { cause: error });
      return { stdout: error.stdout ?? '' };
    });
    const [{ not_compliant: failures } = { not_compliant: [] }] = report.parse(JSON.parse(stdout));
    return failures.flatMap(({ Rule }) => findingsOf(Rule.name, Rule.checks));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function expected({ isProtected }: Expectations) {
  const publicRoutes = ROUTES.filter(({ scope }) => scope === 'public').map(routeKeyOf);
  return { PublicRoutes: publicRoutes, Protected: isProtected };
}

const messages = z.object({ custom_message: z.string().nullish(), error_message: z.string().nullish() });

/** A failed rule is a tree of clauses. Each leaf has its messages, and the path that it checked. */
function findingsOf(rule: string, clauses: readonly unknown[]): Finding[] {
  const findings: Finding[] = [];
  const visit = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return;
    const own = messages.safeParse((value as { messages?: unknown }).messages);
    if (own.success && own.data.error_message) {
      const { custom_message: message, error_message: error } = own.data;
      const resource = /\/Resources\/([^/[\]]+)/.exec(error)?.[1] ?? '';
      findings.push({ tool: 'cfn-guard', rule, resource, message: message?.trim() || error });
    } else Object.values(value).forEach(visit);
  };
  clauses.forEach(visit);
  return findings;
}
