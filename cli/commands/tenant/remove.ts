import type { Command } from "commander";
import { defineCommand } from "../../command.ts";
import { environmentOption, flag, stringOption, yesOption } from "../../options.ts";
import { confirm } from "../../output/confirm.ts";
import { openTenantGround } from "../../tenants/deploy-tenant.ts";
import { exportFolder } from "../../tenants/export-folder.ts";
import { removeTenant } from "../../tenants/remove-tenant.ts";
import { TenantRecords } from "../../tenants/tenant-records.ts";
import { tenantState } from "../../tenants/tenant-stacks.ts";
import { environmentOf } from "./environment.ts";

export function removeCommand(): Command {
  return defineCommand({
    name: "remove",
    summary: "Export what a tenant has stored, and delete the tenant",
    description:
      "Takes a tenant out of service, exports what it stored, checks the export, and deletes everything else. The record stays, with where the export is; the id is not given again.",
    examples: [["npx chittyops tenant remove acme", "asks for the tenant's id, then exports and deletes"]],
    configure: (command) =>
      yesOption(environmentOption(command))
        .argument("<id>", "id of the tenant")
        .option("--to <folder>", "where the folder of the export is made; by default below .chittyops/exports"),
    async action(session, options, [id = ""]) {
      const environment = environmentOf(options);
      const records = new TenantRecords(environment);
      const found = records.find(id);
      // A removal that was interrupted after the export: what is left is deleted.
      const { child } = found ? await tenantState(session, found, { environment, ground: undefined }) : {};
      const record = found?.status === "deprovisioned" && child !== undefined ? found : records.existing(id);
      await confirm(session.console, {
        consequence: `This exports what the tenant ${id} stored and deletes the tenant, with its database and documents.`,
        word: id,
        yes: flag(options, "yes"),
      });
      const ground = await openTenantGround(session, environment);
      const folder = exportFolder(record, environment, stringOption(options, "to"), new Date());
      await removeTenant(session, record, ground, {
        folder,
        exported: async ({ manifest }) => {
          const exported = { at: new Date().toISOString(), folder, manifest };
          await records.change(id, { status: "deprovisioned", exported });
        },
      });
      const removed = records.find(id);
      session.console.result(removed, () => `${id} was removed. Its data is in ${removed?.exported?.folder}.`);
      return undefined;
    },
  });
}
