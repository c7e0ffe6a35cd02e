import type { Command } from "commander";
import { stopDaemon } from "../../../local/cloud/client.ts";
import { chittyopsHome } from "../../../local/engine/home.ts";
import { defineCommand } from "../../command.ts";
import { runFile, stackTarget } from "../../engine/stack-target.ts";
import { commandLockOwner } from "../../locks/command-lock.ts";
import { UserError } from "../../user-error.ts";

export function stopCommand(): Command {
  return defineCommand({
    name: "stop",
    summary: "Stop the embedded cloud; what it holds is kept",
    examples: [["npx chittyops local stop", "`npm start` brings everything back"]],
    async action({ console }) {
      const owner = commandLockOwner(runFile(stackTarget(), ".lock"));
      if (owner) {
        throw new UserError(`\`chittyops ${owner.command}\` (pid ${owner.pid}) is at work on it.`, {
          remedy: "wait until that has ended, or end it with Ctrl-C, and run the same command again",
        });
      }
      const stopped = await stopDaemon({ home: chittyopsHome() });
      console.result({ stopped }, () =>
        stopped ? "The embedded cloud is stopped." : "The embedded cloud did not run.",
      );
      return undefined;
    },
  });
}
