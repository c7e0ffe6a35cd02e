import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { stackTarget } from "../engine/stack-target.ts";
import { planeServer } from "../ops/mcp/plane-server.ts";
import { serveStdio } from "../ops/mcp/serve-stdio.ts";
import { planeOf } from "../ops/plane-client.ts";
import { environmentOption, flag, stringOption } from "../options.ts";
import packageJson from "../package.json" with { type: "json" };

export function mcpCommand(): Command {
  return defineCommand({
    name: "mcp",
    summary: "Serve the operations plane to a program as tools (Model Context Protocol)",
    description:
      "Serves the operations of the plane as tools of the Model Context Protocol, on stdin and stdout, as the operator who is signed in: registry, health, incidents, events, audit trail, metrics, cost, findings, rollouts. Nothing is changed unless --allow-writes says so; what is changed is on the audit trail under the operator's name.",
    examples: [
      ["npx chittyops mcp -e prod", "look at prod"],
      ["npx chittyops mcp --allow-writes", "acknowledge incidents, plan maintenance and so on in local"],
    ],
    configure: (command) =>
      environmentOption(command).option("--allow-writes", "offer the tools that change something too"),
    async action(session, options) {
      const { environment } = stackTarget(undefined, stringOption(options, "env"));
      const plane = await planeOf(session, environment);
      const writes = flag(options, "allowWrites");
      await serveStdio(await planeServer(plane, { writes, version: packageJson.version }), session.signal);
      return undefined;
    },
  });
}
