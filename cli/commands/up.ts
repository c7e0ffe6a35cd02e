import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { changeSummary, showChanges } from "../engine/change-summary.ts";
import { confirmDeletions } from "../engine/confirm-deletions.ts";
import { deploy } from "../engine/deploy.ts";
import { stackName, stackTarget } from "../engine/stack-target.ts";
import { withStack } from "../engine/with-stack.ts";
import { environmentOption, familyArgument, flag, stringOption, yesOption } from "../options.ts";

export function upCommand(): Command {
  return defineCommand({
    name: "up",
    summary: "Bring a stack to what the program says",
    description:
      "Brings a stack to what the program says. What an interrupted run left open is settled first; when one resource fails the others go on. In a real environment, deleting or replacing something needs a confirmation.",
    examples: [
      ["npx chittyops up", "the core estate on the embedded cloud"],
      ["npx chittyops up -e dev", "the core estate in dev"],
    ],
    configure: (command) => yesOption(environmentOption(familyArgument(command))),
    async action(session, options, [family]) {
      const target = stackTarget(family, stringOption(options, "env"));
      const yes = flag(options, "yes");
      const logs = await withStack(session, { command: "up", target, yes }, async (ready, run) => {
        if (!ready.ownsCloud) await confirmDeletions(session, ready, yes);
        return deploy(session, ready, run, stackName(target));
      });
      const summary = changeSummary(logs);
      session.console.result(summary, () => showChanges(summary));
      return undefined;
    },
  });
}
