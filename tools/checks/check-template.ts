import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from '../../infra/command.ts';
import { roleRules } from '../../infra/deploy/role-rules.ts';
import { templateRules } from '../../infra/deploy/template-rules.ts';
import { execute, main } from '../../infra/run-command.ts';
import { cfnLint } from './cfn-lint.ts';
import { packageStage } from './package-stage.ts';

/** Used only for a schema; nothing in the template depends on it. */
const region = 'us-east-1';

/** The differences between stages that matter to rules: protection, and how the functions reach the database. */
const STAGES = [
  { stage: 'prod', database: 'data-api', isProtected: true },
  { stage: 'prod', database: 'pg', isProtected: true },
  { stage: 'dev', database: 'data-api', isProtected: false },
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
      for (const { stage, database, isProtected } of STAGES) {
        const parameters = [`database=${database}`];
        const name = [stage, ...parameters].join(' ');
        const { path, template } = await packageStage({ stage, region, parameters }, join(directory, name));
        const rules = [...templateRules(template, isProtected), ...roleRules(template)];
        const violations = [...(await cfnLint(path, region)), ...rules];
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
