import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from '../../infra/command.ts';
import { roleRules } from '../../infra/deploy/role-rules.ts';
import { checkSizing } from '../../infra/deploy/sizing.ts';
import { templateRules } from '../../infra/deploy/template-rules.ts';
import { execute, main } from '../../infra/run-command.ts';
import { cfnLint } from './cfn-lint.ts';
import { packageStage, type StageChoice } from './package-stage.ts';

/** Used only for a schema; nothing in the template depends on it. */
const region = 'us-east-1';

/** The differences between stages that matter to rules: protection, and how the functions reach the database. */
const STAGES: readonly (StageChoice & { parameters: string[]; isProtected: boolean })[] = [
  { stage: 'prod', parameters: ['database=data-api'], region, isProtected: true },
  { stage: 'prod', parameters: ['database=pg'], region, isProtected: true },
  { stage: 'dev', parameters: ['database=data-api'], region, isProtected: false },
];

export const checkTemplate = command({
  name: 'check:template',
  usage: [''],
  does: `Packages the stages, and checks what CloudFormation would get with cfn-lint, the project's rules and the sizing checks.
It needs no AWS account.`,
  options: {},
  async run() {
    const directory = await mkdtemp(join(tmpdir(), 'check-template-'));
    let isClean = true;
    try {
      for (const choice of STAGES) {
        const name = [choice.stage, ...choice.parameters].join(' ');
        const { path, template } = await packageStage(choice, join(directory, name));
        const rules = [...templateRules(template, choice.isProtected), ...roleRules(template)];
        const violations = [...(await cfnLint(path, region)), ...rules, ...checkSizing(template)];
        for (const { rule, resource, message } of violations) console.log(`${name}: ${rule} ${resource}: ${message}`);
        console.log(`${name}: ${violations.length} findings`);
        isClean &&= violations.length === 0;
      }
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
    return isClean ? 0 : 1;
  },
});

await main(import.meta.filename, (args) => execute(checkTemplate, args));
