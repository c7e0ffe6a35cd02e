import type { Command } from "commander";
import { type Maintenance, maintenancePage } from "../../../contracts/ops-health.ts";
import { defineCommand } from "../../command.ts";
import { planeFor } from "../../ops/plane-for.ts";
import { looking, watchOption } from "../../ops/watch.ts";
import { environmentOption, flag } from "../../options.ts";
import { table } from "../../output/table.ts";

export function listCommand(): Command {
  return defineCommand({
    name: "list",
    summary: "Show windows of maintenance that are or will be",
    examples: [["npx chittyops maintenance list -e prod --all", "those that are over too"]],
    configure: (command) =>
      watchOption(environmentOption(command)).option("-a, --all", "those of the last ninety days that are over too"),
    async action(session, options) {
      const plane = await planeFor(session, options);
      const look = async () => {
        const windows: Maintenance[] = [];
        for (let after = ""; ; ) {
          const page = await plane.get(`/api/v1/maintenance?limit=500${after}`, maintenancePage);
          windows.push(...page.windows);
          if (page.next === undefined) break;
          after = `&after=${encodeURIComponent(page.next)}`;
        }
        return flag(options, "all") ? windows : windows.filter(({ state }) => state !== "ended");
      };
      return looking(session, options, look, (windows) =>
        table(
          ["ID", "STATE", "FAMILY", "SERVICES", "FROM", "TO", "REASON", "BY"],
          windows.map(({ id, state, family, services, startsAt, endsAt, reason, by }) => [
            id,
            state,
            family,
            services?.join(", ") ?? "all",
            startsAt,
            endsAt,
            reason,
            by,
          ]),
        ),
      );
    },
  });
}
