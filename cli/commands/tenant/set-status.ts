import type { Command } from "commander";
import { defineCommand } from "../../command.ts";
import { changeSummary, showChanges } from "../../engine/change-summary.ts";
import { environmentOption, flag, yesOption } from "../../options.ts";
import { deployTenant, openTenantGround } from "../../tenants/deploy-tenant.ts";
import { TenantRecords } from "../../tenants/tenant-records.ts";
import { environmentOf } from "./environment.ts";

export function suspendCommand(): Command {
  return statusCommand("suspend", "suspended", {
    summary: "Stop serving a tenant, and keep what it has stored",
    does: "acme answers 403 and has no way to its database",
  });
}

export function resumeCommand(): Command {
  return statusCommand("resume", "active", {
    summary: "Serve a suspended tenant again",
    does: "acme is served again, with everything it had",
  });
}

function statusCommand(
  name: string,
  status: "active" | "suspended",
  { summary, does }: { summary: string; does: string },
): Command {
  return defineCommand({
    name,
    summary,
    description: `${summary}: records it, and brings the stack to it. Should the second part be refused or interrupted, \`chittyops fleet up\` goes on, unless the record is changed back.`,
    examples: [[`npx chittyops tenant ${name} acme`, does]],
    configure: (command) => yesOption(environmentOption(command)).argument("<id>", "id of the tenant"),
    async action(session, options, [id = ""]) {
      const environment = environmentOf(options);
      const records = new TenantRecords(environment);
      records.existing(id);
      const ground = await openTenantGround(session, environment);
      const record = await records.change(id, { status });
      const logs = await deployTenant(session, record, ground, {
        command: `tenant ${name}`,
        yes: flag(options, "yes"),
      });
      const changes = changeSummary(logs);
      session.console.result({ tenant: record, ...changes }, () => showChanges(changes));
      return undefined;
    },
  });
}
