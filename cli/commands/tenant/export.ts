import type { Command } from "commander";
import { defineCommand } from "../../command.ts";
import { tenantTarget } from "../../engine/stack-target.ts";
import { openStackToLook } from "../../engine/with-stack.ts";
import { environmentOption, stringOption } from "../../options.ts";
import { exportFolder } from "../../tenants/export-folder.ts";
import { exportTenant } from "../../tenants/export-tenant.ts";
import { TenantRecords } from "../../tenants/tenant-records.ts";
import { environmentOf } from "./environment.ts";

export function exportCommand(): Command {
  return defineCommand({
    name: "export",
    summary: "Write everything that a tenant has stored into a folder",
    description:
      "Writes everything that a tenant has stored into a folder: tables as CSV from one snapshot, documents and values as they are, and a manifest with the sha256 of every file. Nothing of ours is needed to read it, and nothing in it is encrypted.",
    examples: [["npx chittyops tenant export acme --to /mnt/acme", "into a new folder below /mnt/acme"]],
    configure: (command) =>
      environmentOption(command)
        .argument("<id>", "id of the tenant")
        .option("--to <folder>", "where the folder of the export is made; by default below .chittyops/exports"),
    async action(session, options, [id = ""]) {
      const environment = environmentOf(options);
      const records = new TenantRecords(environment);
      const record = records.existing(id);
      const ready = await openStackToLook(session, tenantTarget(id, environment));
      const folder = exportFolder(record, environment, stringOption(options, "to"), new Date());
      const made = await exportTenant(session, record, ready, folder);
      await records.change(id, { exported: { at: new Date().toISOString(), folder, manifest: made.manifest } });
      session.console.result(made, () => `${folder}\nmanifest.json has the sha256 ${made.manifest}`);
      return undefined;
    },
  });
}
