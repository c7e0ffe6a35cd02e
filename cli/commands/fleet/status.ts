import type { Command } from "commander";
import { defineCommand } from "../../command.ts";
import { environmentOption } from "../../options.ts";
import { table } from "../../output/table.ts";
import { openTenantGround } from "../../tenants/deploy-tenant.ts";
import { fleetOf } from "../../tenants/fleet.ts";
import { describePlan, fleetPlan } from "../../tenants/fleet-plan.ts";
import { neonOrganizations } from "../../tenants/neon-organizations.ts";
import { TenantRecords } from "../../tenants/tenant-records.ts";
import { environmentOf } from "../tenant/environment.ts";

export function statusCommand(): Command {
  return defineCommand({
    name: "status",
    summary: "Show every tenant's version, and what bringing all up would need",
    examples: [["npx chittyops fleet status -e prod", "who is behind, and how many API calls and minutes it takes"]],
    configure: environmentOption,
    async action(session, options) {
      const environment = environmentOf(options);
      const ground = await openTenantGround(session, environment);
      const records = new TenantRecords(environment).all();
      const members = await fleetOf(session, records, ground);
      const plan = fleetPlan(
        members,
        neonOrganizations(environment, ground.ground?.embedded.daemon),
        records,
        Date.now(),
      );
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
