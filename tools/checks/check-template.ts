import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command, execute, main } from '../../infra/command.ts';
import type { Finding } from '../../infra/deploy/finding.ts';
import { checkSums } from '../../infra/deploy/sums.ts';
import { pythonEnvironment } from '../../infra/python/python-environment.ts';
import { ACCEPTED, type Accepted, unexplained } from './accepted.ts';
import { installCfnGuard } from './cfn-guard.ts';
import { cfnLint } from './cfn-lint.ts';
import { checkov } from './checkov.ts';
import { guard } from './guard.ts';
import { packageStage, type StageChoice } from './package-stage.ts';
import { PYTHON_TOOLS } from './python-tools.ts';

/** Used only for the price list, a schema and a bill; nothing in the template depends on it. */
const region = 'us-east-1';

/** The differences between stages that matter to rules: protection, and how the functions reach the database. */
const STAGES: readonly (StageChoice & { isProtected: boolean })[] = [
  { stage: 'prod', driver: 'data-api', region, isProtected: true },
  { stage: 'prod', driver: 'pg', region, isProtected: true },
  { stage: 'dev', driver: 'data-api', region, isProtected: false },
];

export const checkTemplate = command({
  name: 'check:template',
  usage: [''],
  does: `Packages the stages, and checks what CloudFormation would get with cfn-lint, checkov, our rules for cfn-guard, and the
sizing checks. It needs no AWS account. The tools are installed once, into the user's cache.`,
  options: {},
  async run() {
    const directory = await mkdtemp(join(tmpdir(), 'check-template-'));
    try {
      return (await checkStages(directory)) ? 0 : 1;
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
});

async function checkStages(directory: string): Promise<boolean> {
  const python = await pythonEnvironment(PYTHON_TOOLS, console.log);
  const cfnGuard = await installCfnGuard(console.log);
  const used = new Set<Accepted>();
  let isClean = true;
  for (const choice of STAGES) {
    const { path, template } = await packageStage(choice, join(directory, `${choice.stage}-${choice.driver}`));
    const findings = [
      ...(await cfnLint(python, path, region)),
      ...(await checkov(python, path)),
      ...(await guard(cfnGuard, path, choice)),
      ...checkSums(template),
    ];
    const left = unexplained(findings, used);
    isClean &&= left.length === 0;
    report(`${choice.stage} (${choice.driver})`, findings, left);
  }
  const unused = ACCEPTED.filter((accepted) => !used.has(accepted));
  for (const { rule } of unused) console.log(`${rule} is accepted in tools/checks/accepted.ts, and nothing finds it`);
  return isClean && unused.length === 0;
}

function report(stage: string, all: readonly Finding[], left: readonly Finding[]): void {
  for (const { tool, rule, resource, message } of left)
    console.log(`${stage}: ${tool} ${rule}${resource && ` ${resource}`}: ${message}`);
  console.log(`${stage}: ${left.length} findings, ${all.length - left.length} more accepted with a reason`);
}

await main(import.meta.filename, (args) => execute(checkTemplate, args));
