import { auditSchema } from '../../lib/http/audit-request.ts';
import { ownerFilterOf } from '../../lib/http/caller.ts';
import { readQuery } from '../../lib/http/read-query.ts';
import { api } from '../../lib/runtime/api.ts';
import { httpHandler } from '../../lib/runtime/http-handler.ts';

/** GET /audit?action=&owner=&limit=&before= */
export const handler = httpHandler(async (event) => {
  const { action = null, owner, limit, before = null } = readQuery(event, auditSchema);
  const filter = { action, owner: ownerFilterOf(event, owner), before };
  const entries = await api().readAudit(filter, limit);
  return {
    statusCode: 200,
    body: {
      audit: entries.map((entry) => ({ ...entry, at: entry.at.toISOString() })),
      next_before: entries.length === limit ? (entries.at(-1)?.entry ?? null) : null,
    },
  };
});
