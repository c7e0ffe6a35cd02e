import { setTimeout } from "node:timers/promises";
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { z } from "zod";
import { type OpsAuditRecord, opsAuditRecord } from "../../../contracts/ops-audit.ts";
import { defineCommand } from "../../command.ts";
import { stackTarget } from "../../engine/stack-target.ts";
import { type Plane, planeOf } from "../../ops/plane-client.ts";
import { environmentOption, flag, stringOption } from "../../options.ts";
import { table } from "../../output/table.ts";

const page = z.object({ head: z.object({ sequence: z.int() }), records: z.array(opsAuditRecord) });
const pageSize = 1_000;
/** Milliseconds between two looks. */
const everyMilliseconds = 2_000;

export function listCommand(): Command {
  return defineCommand({
    name: "list",
    summary: "Show the last records of the audit trail",
    examples: [
      ["npx chittyops audit list -e prod --last 50", "the last fifty"],
      ["npx chittyops audit list --watch --json", "each new record, a line of JSON each"],
    ],
    configure: (command) =>
      environmentOption(command)
        .option("-n, --last <count>", "how many records, 1 to 10000", countOf, 20)
        .option("-w, --watch", "go on, and show what comes"),
    async action(session, options) {
      const { environment } = stackTarget(undefined, stringOption(options, "env"));
      const plane = await planeOf(session, environment);
      const { head } = await plane.get("/api/v1/audit?limit=1", page);
      const records = await recordsAfter(plane, Math.max(0, head.sequence - Number(options.last)));
      const rows = (some: readonly OpsAuditRecord[]) =>
        table(["", "AT", "WHO", "ACTION", "SUBJECT", "OUTCOME"], some.map(rowOf));
      if (!flag(options, "watch")) {
        session.console.result(records, () => rows(records));
        return undefined;
      }
      const show = (some: readonly OpsAuditRecord[]) =>
        session.console.raw(
          some
            .map((record) => `${session.console.json ? JSON.stringify(record) : rowOf(record).join("  ")}\n`)
            .join(""),
        );
      show(records);
      for (let after = records.at(-1)?.sequence ?? head.sequence; ; ) {
        await setTimeout(everyMilliseconds, undefined, { signal: session.signal });
        const more = await recordsAfter(plane, after);
        show(more);
        after = more.at(-1)?.sequence ?? after;
      }
    },
  });
}

async function recordsAfter(plane: Plane, after: number): Promise<OpsAuditRecord[]> {
  const records: OpsAuditRecord[] = [];
  for (let last = after; ; ) {
    const read = await plane.get(`/api/v1/audit?after=${last}&limit=${pageSize}`, page);
    records.push(...read.records);
    last = read.records.at(-1)?.sequence ?? read.head.sequence;
    if (last >= read.head.sequence) return records;
  }
}

function rowOf({ sequence, at, actor, action, subject, outcome }: OpsAuditRecord): string[] {
  return [String(sequence), at, `${actor.kind}:${actor.id}`, action, subject, outcome];
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= 1 && count <= 10_000) return count;
  throw new InvalidArgumentError("Expected a whole number from 1 to 10000.");
}
