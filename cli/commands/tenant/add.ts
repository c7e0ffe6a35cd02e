import type { Command } from "commander";
import { defineCommand } from "../../command.ts";
import { changeSummary, showChanges } from "../../engine/change-summary.ts";
import { environmentOption, flag, yesOption } from "../../options.ts";
import { assignOrganization } from "../../tenants/assign-organization.ts";
import { deployTenant, openTenantGround } from "../../tenants/deploy-tenant.ts";
import { neonOrganizations } from "../../tenants/neon-organizations.ts";
import { parseTenant, TenantRecords } from "../../tenants/tenant-records.ts";
import { requireHostname, tenantSpec } from "../../tenants/tenant-spec.ts";
import { environmentOf } from "./environment.ts";

export function addCommand(): Command {
  return defineCommand({
    name: "add",
    summary: "Record a new tenant and bring its stack up",
    description:
      "Records a new tenant and brings its stack up. An id or a hostname that another tenant has is refused before anything is made. Should the second part be interrupted, `chittyops fleet up` goes on.",
    examples: [
      ["npx chittyops tenant add acme --title 'Acme & Partners'", "at acme.<domain>, with everything else as usual"],
      ["npx chittyops tenant add acme -e prod --spec acme.json", "with look, limits and service levels of its own"],
    ],
    configure: (command) =>
      yesOption(environmentOption(command))
        .argument("<id>", "2 to 32 lower case letters, digits and hyphens")
        .option("--title <title>", "for people; also the name on its pages")
        .option("--owner <owner>", "who answers for it")
        .option("--hostname <hostname>", "where it is reached; by default <id>.<domain>")
        .option("--spec <file>", "the rest of the record as JSON: branding, limits, serviceLevels, labels, zoneId"),
    async action(session, options, [id = ""]) {
      const environment = environmentOf(options);
      const spec = parseTenant(tenantSpec(id, environment, options, new Date()), `The tenant ${JSON.stringify(id)}`);
      requireHostname(spec, environment);
      const ground = await openTenantGround(session, environment);
      const organizations = neonOrganizations(environment, ground.ground?.embedded.daemon);
      const record = await new TenantRecords(environment).add(spec, (all) => assignOrganization(organizations, all));
      const logs = await deployTenant(session, record, ground, { command: "tenant add", yes: flag(options, "yes") });
      const summary = changeSummary(logs);
      session.console.result(
        { tenant: record, ...summary },
        () => `${showChanges(summary)}\nhttps://${record.hostname}`,
      );
      return undefined;
    },
  });
}
