import type { Command } from "commander";
import { daemonStatus, type NeonSummary, neonSummary } from "../../../local/cloud/client.ts";
import { chittyopsHome } from "../../../local/engine/home.ts";
import { defineCommand } from "../../command.ts";
import { exitCode } from "../../exit-code.ts";
import { duration } from "../../output/duration.ts";

export function statusCommand(): Command {
  return defineCommand({
    name: "status",
    summary: "Say whether the embedded cloud runs, and where",
    description: "Says whether the embedded cloud runs, and where. Fails when it does not.",
    examples: [["npx chittyops local status --json", "process, addresses, accounts, zones, Neon projects"]],
    async action({ console }) {
      const status = await daemonStatus({ home: chittyopsHome() });
      const neon = status.state === "running" ? await neonSummary({ home: chittyopsHome() }) : undefined;
      console.result(neon ? { ...status, neon } : status, () => {
        if (status.state !== "running") return `The embedded cloud is ${status.state}.`;
        const { controlUrl, edgeUrl, pid, startedAt } = status.daemon;
        const runs = `The embedded cloud runs: API on ${controlUrl}, edge on ${edgeUrl}, pid ${pid}, since ${duration(Date.now() - Date.parse(startedAt))}.`;
        return neon ? `${runs}\n${databases(neon)}` : runs;
      });
      return status.state === "running" ? exitCode.ok : exitCode.failed;
    },
  });
}

/** How many databases there are and run, and what pooled connections go through. */
function databases({ pooler, organizations }: NeonSummary): string {
  const projects = organizations.flatMap((organization) => organization.projects);
  const branches = projects.flatMap((project) => project.branches);
  const running = branches.flatMap(({ endpoints }) => endpoints).filter(({ active }) => active).length;
  const pooled = pooler === "pgbouncer" ? "PgBouncer" : "no pooler: an alias of the direct one";
  return `Neon: ${projects.length} projects, ${branches.length} branches, ${running} computes running; behind the pooled port: ${pooled}.`;
}
