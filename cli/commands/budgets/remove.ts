import type { Command } from "commander";
import { z } from "zod";
import { defineCommand } from "../../command.ts";
import { planeFor } from "../../ops/plane-for.ts";
import { environmentOption } from "../../options.ts";

export function removeCommand(): Command {
  return defineCommand({
    name: "remove",
    summary: "Take the budget of a service away",
    examples: [["npx chittyops budgets remove chittyfinance", "an incident because of it is resolved"]],
    configure: (command) => environmentOption(command).argument("<service>", "name of the service"),
    async action(session, options, [service = ""]) {
      const plane = await planeFor(session, options);
      await plane.send("DELETE", `/api/v1/budgets/${encodeURIComponent(service)}`, undefined, z.null());
      session.console.result({ service, removed: true }, () => `${service} has no budget any more.`);
      return undefined;
    },
  });
}
