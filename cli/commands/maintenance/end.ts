import type { Command } from "commander";
import { z } from "zod";
import { defineCommand } from "../../command.ts";
import { planeFor } from "../../ops/plane-for.ts";
import { environmentOption } from "../../options.ts";

export function endCommand(): Command {
  return defineCommand({
    name: "end",
    summary: "End a window of maintenance now",
    examples: [
      ["npx chittyops maintenance end mnt-01764182400000-1b9d6bcd", "what is still down is an incident from now on"],
    ],
    configure: (command) => environmentOption(command).argument("<id>", "id of the window"),
    async action(session, options, [id = ""]) {
      const plane = await planeFor(session, options);
      await plane.send("DELETE", `/api/v1/maintenance/${encodeURIComponent(id)}`, undefined, z.null());
      session.console.result({ id, ended: true }, () => `${id} has ended.`);
      return undefined;
    },
  });
}
