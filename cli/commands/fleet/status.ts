import type { Command } from "commander";
import { defineCommand } from "../../command.ts";
import { environmentOption } from "../../options.ts";
import { table } from "../../output/table.ts";
import { describePlan } from "../../tenants/fleet-plan.ts";
import { environmentOf } from "../tenant/environment.ts";
import { plannedFleet } from "./planned-fleet.ts";

export function statusCommand(): Command {
  return defineCommand({
    name: "status",
    summary: "Show every tenant's version, and what bringing all up would need",
    examples: [["npx chittyops fleet status -e prod", "who is behind, and how many API calls and minutes it takes"]],
    configure: environmentOption,
    async action(session, options) {
      const environment = environmentOf(options);
      const { members, plan } = await plannedFleet(session, environment);
      const shown = members.map(({ record, state, standing }) => ({
        tenant: record.id,
        status: record.status,
        version: state.release?.version,
        standing,
        neonOrganization: record.neonOrganization,
      }));
      session.console.result({ tenants: shown, plan }, () =>
        [
          table(
            ["TENANT", "STATUS", "VERSION", "STANDING", "NEON ORGANIZATION"],
            shown.map(({ tenant, status, version = "", standing, neonOrganization = "" }) => [
              tenant,
              status,
              version,
              standing,
              neonOrganization,
            ]),
          ),
          describePlan(plan),
        ].join("\n"),
      );
      return undefined;
    },
  });
}
