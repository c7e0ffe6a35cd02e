import type { OpsExportLine } from "../../../contracts/ops-audit.ts";
import type { ObjectNamespace } from "../../storage/object-namespace.ts";
import { onlyObject } from "../environment.ts";
import type { AuditObject } from "./audit-object.ts";

const pageSize = 1_000;

/** The whole audit trail as lines of JSON (`opsExportLine`), read page by page while it is sent. */
export async function* exportAudit(namespace: ObjectNamespace<AuditObject>, chain: string): AsyncGenerator<string> {
  const log = namespace.getByName(onlyObject);
  const { head, publicKeys } = await log.beginExport();
  yield line({ kind: "export", version: 1, chain, publicKeys, head });
  for (let after = -1; after < head.sequence; ) {
    const checkpoints = await log.checkpoints(after, pageSize);
    const before = checkpoints.filter(({ sequence }) => sequence < head.sequence);
    yield before.map((checkpoint) => line({ kind: "checkpoint", checkpoint })).join("");
    after = before.at(-1)?.sequence ?? head.sequence;
  }
  for (let after = 0; after < head.sequence; ) {
    const { records } = await log.read(after, Math.min(pageSize, head.sequence - after));
    const last = records.at(-1);
    if (last === undefined) throw new Error(`The records after ${after} cannot be read.`);
    yield records.map((record) => line({ kind: "record", record })).join("");
    after = last.sequence;
  }
}

const line = (value: OpsExportLine): string => `${JSON.stringify(value)}\n`;
