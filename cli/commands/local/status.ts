import type { Command } from "commander";
import { daemonStatus } from "../../../local/cloud/client.ts";
import { chittyopsHome } from "../../../local/engine/home.ts";
import { defineCommand } from "../../command.ts";
import { exitCode } from "../../exit-code.ts";
import { duration } from "../../output/duration.ts";

export function statusCommand(): Command {
  return defineCommand({
    name: "status",
    summary: "Say whether the embedded cloud runs, and where",
    description: "Says whether the embedded cloud runs, and where. Fails when it does not.",
    examples: [["npx chittyops local status --json", "process, addresses, accounts and zones"]],
    async action({ console }) {
      const status = await daemonStatus({ home: chittyopsHome() });
      console.result(status, () => {
        if (status.state !== "running") return `The embedded cloud is ${status.state}.`;
        const { controlUrl, edgeUrl, pid, startedAt } = status.daemon;
        return `The embedded cloud runs: API on ${controlUrl}, edge on ${edgeUrl}, pid ${pid}, since ${duration(Date.now() - Date.parse(startedAt))}.`;
      });
      return status.state === "running" ? exitCode.ok : exitCode.failed;
    },
  });
}
