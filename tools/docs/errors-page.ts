import { ERROR_CODES } from '../../lib/http/error-codes.ts';

const INTRODUCTION = `# Errors

An error response is JSON:

\`\`\`json
{
  "status_code": 400,
  "code": "validation_failed",
  "message": "Validation Error",
  "errors": [{ "path": "item_ids.3", "message": "must be a whole number from -2147483648 to 2147483647" }],
  "request_id": "JKJaXmPLvHcESHA="
}
\`\`\`

Programs compare \`code\`, which never changes. \`message\` is for people. \`request_id\` names the request in the logs of the
service. A batch returns a \`code\` for each order that was not accepted.

API Gateway itself returns 404 for an unknown route and 429 above the rate limit of the stage, with \`message\` only. Retry a
429 with increasing delays.

\`npm run docs\` generates this page from \`lib/http/error-codes.ts\`; a test compares them.`;

/** docs/errors.md: every code of an error response. */
export function errorsPage(): string {
  const rows = Object.entries(ERROR_CODES).map(
    ([code, { status, when, remedy }]) => `| \`${code}\` | ${status} | ${when} | ${remedy} |`,
  );
  return `${INTRODUCTION}\n\n| code | status | when | what to do |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}
