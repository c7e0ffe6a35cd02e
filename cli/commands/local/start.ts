import type { Command } from "commander";
import { ensureEmbeddedCloud } from "../../cloud/embedded.ts";
import { defineCommand } from "../../command.ts";
import { requireValidCatalog } from "../catalog.ts";

export function startCommand(): Command {
  return defineCommand({
    name: "start",
    summary: "Start the embedded cloud alone, with what it held when it stopped",
    examples: [["npx chittyops local start", "it goes on running until `local stop`"]],
    async action(session) {
      requireValidCatalog();
      const phase = session.console.phase("Embedded cloud");
      const { daemon, wasRunning } = await ensureEmbeddedCloud(session);
      phase.done(wasRunning ? "running already" : "started");
      session.console.result(
        { ...daemon, wasRunning },
        () => `API on ${daemon.controlUrl}, edge on ${daemon.edgeUrl}, pid ${daemon.pid}`,
      );
      return undefined;
    },
  });
}
