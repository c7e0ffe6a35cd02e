import type { Command } from "commander";
import { defineCommand } from "../../command.ts";
import { changeSummary, showChanges } from "../../engine/change-summary.ts";
import { stackName, tenantTarget } from "../../engine/stack-target.ts";
import { openStackToLook } from "../../engine/with-stack.ts";
import { environmentOption } from "../../options.ts";
import { planStack } from "../../policies/plan-stack.ts";
import { refusal, showVerdict, verdictSummary } from "../../policies/show-verdict.ts";
import { openTenantGround } from "../../tenants/deploy-tenant.ts";
import { TenantRecords } from "../../tenants/tenant-records.ts";
import { releaseOf, tenantInput } from "../../tenants/tenant-stack.ts";
import { environmentOf } from "./environment.ts";

export function previewCommand(): Command {
  return defineCommand({
    name: "preview",
    summary: "Show what bringing a tenant up would change, and what the rules say of it",
    examples: [["npx chittyops tenant preview acme -e prod", "what the next fleet up would do to acme"]],
    configure: (command) => environmentOption(command).argument("<id>", "id of the tenant"),
    async action(session, options, [id = ""]) {
      const environment = environmentOf(options);
      const record = new TenantRecords(environment).existing(id);
      const { ground, program } = await openTenantGround(session, environment);
      const target = tenantTarget(id, environment);
      const ready = await openStackToLook(session, target, tenantInput(record, releaseOf(record, program)), ground);
      const { log, verdict } = await planStack(session, ready);
      const summary = changeSummary([log]);
      session.console.result({ ...summary, rules: verdictSummary(verdict) }, () =>
        [showChanges(summary), showVerdict(verdict)].join("\n"),
      );
      if (!verdict.compliant) throw refusal(verdict, "plan", `The plan of ${stackName(target)}`);
      return undefined;
    },
  });
}
