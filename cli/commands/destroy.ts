import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { changeSummary, showChanges } from "../engine/change-summary.ts";
import { stackName, stackTarget } from "../engine/stack-target.ts";
import { exportState } from "../engine/state.ts";
import { runUpdate, updateFailed } from "../engine/update.ts";
import { withStack } from "../engine/with-stack.ts";
import { environmentOption, familyArgument, flag, stringOption, yesOption } from "../options.ts";
import { confirm } from "../output/confirm.ts";
import { settleInterrupted } from "../recovery/recover.ts";

export function destroyCommand(): Command {
  return defineCommand({
    name: "destroy",
    summary: "Delete everything a stack made",
    description:
      "Deletes everything a stack made, with the data in it. What is protected stays and makes the command fail.",
    examples: [["npx chittyops destroy -e dev", "asks for the stack's name, then deletes all of dev"]],
    configure: (command) => yesOption(environmentOption(familyArgument(command))),
    async action(session, options, [family]) {
      const target = stackTarget(family, stringOption(options, "env"));
      const yes = flag(options, "yes");
      const name = stackName(target);
      const log = await withStack(session, { command: "destroy", target, yes }, async (ready, run) => {
        await settleInterrupted(session, ready, { since: run.previous, force: run.interrupted || run.restored });
        const { deployment } = await exportState(ready);
        const count = (deployment.resources ?? []).filter(({ custom }) => custom).length;
        await confirm(session.console, {
          consequence: `This deletes ${count} resources of ${name}, with their data.`,
          word: name,
          yes,
        });
        run.begin();
        const phase = session.console.phase(`Deleting ${name}`);
        const outcome = await runUpdate(ready, "destroy", phase);
        // One that was stopped on the way may have deleted a script and not yet forgotten the uploads that came before it.
        if (outcome.error?.signal === undefined && !session.signal.aborted) run.finish();
        session.signal.throwIfAborted();
        if (outcome.error) {
          phase.failed(outcome.log.summary);
          throw updateFailed(
            outcome,
            `Deleting ${name}`,
            "put right what is named above and run the same command again",
          );
        }
        phase.done(outcome.log.summary);
        return outcome.log;
      });
      const summary = changeSummary([log]);
      session.console.result(summary, () => showChanges(summary));
      return undefined;
    },
  });
}
