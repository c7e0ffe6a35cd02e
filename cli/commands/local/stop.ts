import type { Command } from "commander";
import { stopDaemon } from "../../../local/cloud/client.ts";
import { chittyopsHome } from "../../../local/engine/home.ts";
import { defineCommand } from "../../command.ts";

export function stopCommand(): Command {
  return defineCommand({
    name: "stop",
    summary: "Stop the embedded cloud; what it holds is kept",
    examples: [["npx chittyops local stop", "`npm start` brings everything back"]],
    async action({ console }) {
      const stopped = await stopDaemon({ home: chittyopsHome() });
      console.result({ stopped }, () =>
        stopped ? "The embedded cloud is stopped." : "The embedded cloud did not run.",
      );
      return undefined;
    },
  });
}
