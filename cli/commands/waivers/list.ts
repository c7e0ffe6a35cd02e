import type { Command } from "commander";
import { ruleIds } from "../../../policies/all/packs.ts";
import { loadWaivers } from "../../../policies/kit/load-waivers.ts";
import { defineCommand } from "../../command.ts";
import { resourceName } from "../../engine/urn.ts";
import { table } from "../../output/table.ts";
import { today } from "../../policies/today.ts";

const dayMs = 86_400_000;

/** `chittyops waivers list` */
export function listCommand(): Command {
  return defineCommand({
    name: "list",
    summary: "List the waivers with the days they have left",
    examples: [["npx chittyops waivers list", "each waiver, the one that expires first at the top"]],
    async action({ console }) {
      const now = today();
      const rows = loadWaivers(ruleIds, now)
        .map(({ file, waiver, problems }) => ({
          file,
          ...(waiver && { ...waiver, daysLeft: (Date.parse(waiver.expiresOn) - Date.parse(now)) / dayMs }),
          problems,
        }))
        .sort((a, b) => (a.daysLeft ?? -1) - (b.daysLeft ?? -1));
      console.result(rows, () =>
        rows.length === 0
          ? "There are no waivers."
          : table(
              ["FILE", "RULE", "STACK", "RESOURCE", "DAYS LEFT", "APPROVED BY", "IN ORDER"],
              rows.map(({ file, policy = "", urn = "", daysLeft, approver = "", problems }) => [
                file,
                policy,
                urn.split("::", 2).join("::").replace("urn:pulumi:", ""),
                urn === "" ? "" : resourceName(urn),
                daysLeft === undefined ? "" : String(daysLeft),
                approver,
                problems.length === 0 ? "yes" : `no: ${problems.length} mistakes`,
              ]),
            ),
      );
      return undefined;
    },
  });
}
