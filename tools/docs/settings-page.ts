import type * as z from 'zod';
import { LOCAL_DIRECTORY, PORTS } from '../../infra/local/stack/settings.ts';
import { SETTINGS } from '../../lib/config.ts';
import { settingDocs } from '../../lib/setting-kinds.ts';

/** Values that serverless.yml and infra/local/stack/environment.ts set on this machine, unless the user does. */
const LOCAL_DEFAULTS: Readonly<Record<string, string>> = {
  DATABASE_POOL_SIZE: '10',
  MAX_WAIT_SECONDS: '25',
  QUEUE_MESSAGES: 'packed',
  RESEND_AFTER_SECONDS: '10',
  LOG_LEVEL: 'WARN',
};

const SET_BY_START = [
  'DATABASE_URL',
  'DATABASE_RESOURCE_ARN',
  'DATABASE_SECRET_ARN',
  'DATABASE_NAME',
  'QUEUE_URL',
  'DEAD_LETTER_QUEUE_URL',
];

const INTRODUCTION = `# Settings

Settings are environment variables; an empty one counts as not set. A wrong or misspelled setting stops the start with one
line that names it and the values that it can have.

\`npm run docs\` generates this page from \`lib/config.ts\` and \`infra/local/stack/settings.ts\`; a test compares them.`;

const DEPLOYMENT = `A deployed stage gets its settings from \`npm run deploy\`: [deploy.md](deploy.md#settings).`;

const OTHERS = `| variable | read by | purpose |
|---|---|---|
| \`CORS_ALLOW_ORIGINS\` | \`npm start\`, \`npm run deploy\` | the origins whose pages may call the API: \`https://…\`, comma-separated, or \`*\`; none by default |
| \`AWS_REGION\`, \`AWS_ENDPOINT_URL_SQS\`, \`AWS_ENDPOINT_URL_RDS_DATA\` | the AWS SDK | where SQS and the RDS Data API are; \`npm start\` sets them itself |
| \`ORDERS_URL\`, \`ORDERS_API_KEY\` | \`npm run orders\` | the API to call, and the key to authenticate with |`;

/** docs/settings.md, generated from the schemas that validate the settings. */
export function settingsPage(): string {
  const functions = Object.entries(SETTINGS).map(([name, schema]) => functionSetting(name, schema));
  const ports = Object.entries(PORTS).map(([name, { standard, purpose }]) =>
    row(name, '', String(standard), '1-65535', purpose),
  );
  const directory = row('LOCAL_DIR', '', LOCAL_DIRECTORY, 'a path', 'the directory of the data and the logs');
  const sections = [
    INTRODUCTION,
    '## Functions',
    DEPLOYMENT,
    table(functions),
    '## Local stack',
    table([...ports, directory]),
    '## Others',
    OTHERS,
  ];
  return `${sections.join('\n\n')}\n`;
}

function table(rows: readonly string[]): string {
  return [
    row('setting', 'unit', 'default', 'allowed', 'purpose').replaceAll('`', ''),
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

const row = (name: string, ...cells: string[]): string => `| ${[`\`${name}\``, ...cells].join(' | ')} |`;

function functionSetting(name: string, schema: z.ZodType): string {
  const { inner, standard } = unwrap(schema);
  const doc = settingDocs.get(inner);
  if (!doc) throw new Error(`lib/config.ts registers no documentation for ${name}.`);
  const allowed = doc.allowed ?? optionsOf(inner).join(', ');
  return row(name, doc.unit ?? '', describeDefault(name, standard), allowed, doc.purpose);
}

function unwrap(schema: z.ZodType): { inner: z.ZodType; standard?: unknown } {
  const { type, innerType, defaultValue } = schema.def as {
    type: string;
    innerType?: z.ZodType;
    defaultValue?: unknown;
  };
  if (innerType === undefined) return { inner: schema };
  return { inner: innerType, standard: type === 'default' ? defaultValue : undefined };
}

function optionsOf(schema: z.ZodType): string[] {
  const { entries = {} } = schema.def as { entries?: Record<string, string> };
  return Object.values(entries);
}

function describeDefault(name: string, standard: unknown): string {
  if (SET_BY_START.includes(name)) return 'set by `npm start`';
  const local = LOCAL_DEFAULTS[name];
  return local === undefined ? String(standard ?? '') : `${standard}, locally ${local}`;
}
