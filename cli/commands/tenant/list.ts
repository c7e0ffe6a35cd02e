import type { Command } from "commander";
import { daemonStatus } from "../../../local/cloud/client.ts";
import { chittyopsHome } from "../../../local/engine/home.ts";
import { childStatuses } from "../../cloud/child-status.ts";
import { defineCommand } from "../../command.ts";
import { environmentOption } from "../../options.ts";
import { table } from "../../output/table.ts";
import { sideBySide } from "../../side-by-side.ts";
import { statesAtOnce } from "../../tenants/fleet.ts";
import { TenantRecords } from "../../tenants/tenant-records.ts";
import { tenantState } from "../../tenants/tenant-stacks.ts";
import { environmentOf } from "./environment.ts";

export function listCommand(): Command {
  return defineCommand({
    name: "list",
    summary: "Show each tenant with its status, address, health, version and organization",
    examples: [["npx chittyops tenant list -e prod --json", "all tenants of prod, for a script"]],
    configure: environmentOption,
    async action(session, options) {
      const environment = environmentOf(options);
      const cloud = environment === "local" ? await daemonStatus({ home: chittyopsHome() }) : undefined;
      const edgeUrl = cloud?.state === "running" ? cloud.daemon.edgeUrl : undefined;
      const tenants = await sideBySide(new TenantRecords(environment).all(), statesAtOnce, async (record) => {
        const { child } = await tenantState(session, record, { environment, ground: undefined });
        const [status] = child ? await childStatuses(new Map([[record.id, child]]), edgeUrl) : [];
        return {
          id: record.id,
          title: record.title,
          status: record.status,
          url: child?.url ?? `https://${record.hostname}`,
          health: status?.health ?? (record.status === "deprovisioned" ? "removed" : "not deployed"),
          version: child?.version,
          neonOrganization: record.neonOrganization,
          exported: record.exported,
        };
      });
      session.console.result(tenants, () =>
        table(
          ["TENANT", "TITLE", "STATUS", "URL", "HEALTH", "VERSION", "NEON ORGANIZATION"],
          tenants.map(({ id, title, status, url, health, version = "", neonOrganization = "" }) => [
            id,
            title,
            status,
            url,
            health,
            version,
            neonOrganization,
          ]),
        ),
      );
      return undefined;
    },
  });
}
