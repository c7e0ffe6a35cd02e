import type { OpsAuditRecord } from "../../../contracts/ops-audit.ts";
import type { Remote } from "../../storage/object-namespace.ts";
import type { AuditObject } from "../audit/audit-object.ts";
import type { AuditReader } from "./dashboard-data.ts";

/** The audit trail from its end: the cursor is the sequence number that a page begins below. */
export const auditReader = (log: Remote<AuditObject>): AuditReader => ({
  async list({ after, limit }) {
    const { head } = await log.read(Number.MAX_SAFE_INTEGER, 1);
    const asked = Number(after);
    const end = Number.isSafeInteger(asked) && asked > 0 ? Math.min(asked - 1, head.sequence) : head.sequence;
    const rows: OpsAuditRecord[] = [];
    for (let begin = Math.max(0, end - limit); begin < end; ) {
      const { records } = await log.read(begin, end - begin);
      rows.push(...records);
      const last = records.at(-1);
      if (last === undefined) break;
      begin = last.sequence;
    }
    rows.reverse();
    const oldest = rows.at(-1)?.sequence ?? 0;
    return { rows, head, ...(oldest > 1 && { next: String(oldest) }) };
  },
});
