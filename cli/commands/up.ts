import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { type ChangeSummary, changeSummary, showChanges } from "../engine/change-summary.ts";
import { deploy } from "../engine/deploy.ts";
import { publishContracts, readContracts } from "../engine/publish-contract.ts";
import { isCore, type StackTarget, stackName, stackTarget } from "../engine/stack-target.ts";
import { withStack } from "../engine/with-stack.ts";
import { reportDeployments } from "../ops/deployments/report-deployments.ts";
import { environmentOption, familyArgument, flag, stringOption, yesOption } from "../options.ts";
import type { Session } from "../session.ts";

export function upCommand(): Command {
  return defineCommand({
    name: "up",
    summary: "Bring a stack to what the program says",
    description:
      "Brings a stack to what the program says; after core's, the contracts that its families read. What an interrupted run left open is settled first; when one resource fails the others go on. In a real environment the rules are asked about the plan first, and deleting or replacing something needs a confirmation. What was made is asked about in any case: a release that breaks a mandatory rule fails the command.",
    examples: [
      ["npx chittyops up", "the core estate on the embedded cloud"],
      ["npx chittyops up -e dev", "the core estate in dev"],
      ["npx chittyops up cook-county -e dev", "the court apps in dev"],
    ],
    configure: (command) => yesOption(environmentOption(familyArgument(command))),
    async action(session, options, [family]) {
      const target = stackTarget(family, stringOption(options, "env"));
      const yes = flag(options, "yes");
      const summary = await bringUp(session, target, yes).finally(() => reportDeployments(session, target.environment));
      session.console.result(summary, () => showChanges(summary));
      return undefined;
    },
  });
}

async function bringUp(session: Session, target: StackTarget, yes: boolean): Promise<ChangeSummary> {
  const { logs, contracts } = await withStack(session, { command: "up", target, yes }, async (ready, run) => {
    if (!ready.ownsCloud) await (await import("../policies/approve-plan.ts")).approvePlan(session, ready, yes);
    const logs = await deploy(session, ready, run, stackName(target));
    return { logs, contracts: isCore(target) ? await readContracts(session, ready) : undefined };
  });
  // What core tells its families comes from what it now is; they read it at their own next update.
  if (contracts) await publishContracts(session, contracts, target, { command: "up" });
  return changeSummary(logs);
}
