import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { deploy } from "../engine/deploy.ts";
import type { ReadyStack } from "../engine/ready-stack.ts";
import { stackName, stackTarget } from "../engine/stack-target.ts";
import { runUpdate, updateFailed } from "../engine/update.ts";
import type { ResourceChange } from "../engine/update-log.ts";
import { shortType } from "../engine/urn.ts";
import { openStackToLook, withStack } from "../engine/with-stack.ts";
import { exitCode } from "../exit-code.ts";
import { environmentOption, familyArgument, flag, stringOption, yesOption } from "../options.ts";
import { confirm } from "../output/confirm.ts";
import { table } from "../output/table.ts";
import type { Session } from "../session.ts";

export function driftCommand(): Command {
  return defineCommand({
    name: "drift",
    summary: "Show what somebody changed by hand, and put it back",
    description:
      "Reads everything the stack made from the cloud and shows what somebody changed or deleted by hand; the state stays as it is. Exit code 3 when there is any. With --fix it is put back as the program says.",
    examples: [
      ["npx chittyops drift -e prod", "exit code 3 when prod is not as it was deployed"],
      ["npx chittyops drift --fix", "puts everything back"],
    ],
    configure: (command) =>
      yesOption(environmentOption(familyArgument(command))).option("--fix", "put back what was changed"),
    async action(session, options, [family]) {
      const target = stackTarget(family, stringOption(options, "env"));
      const name = stackName(target);
      if (!flag(options, "fix")) {
        const drift = await findDrift(session, await openStackToLook(session, target), name);
        session.console.result({ drift }, () => showDrift(drift, name));
        return drift.length === 0 ? exitCode.ok : exitCode.drift;
      }
      const yes = flag(options, "yes");
      const drift = await withStack(session, { command: "drift --fix", target, yes }, async (ready, run) => {
        const found = await findDrift(session, ready, name);
        if (found.length === 0) return found;
        session.console.note(showDrift(found, name));
        await confirm(session.console, {
          consequence: `This puts ${found.length} resources of ${name} back.`,
          word: "fix",
          yes,
        });
        run.begin();
        const phase = session.console.phase("Reading the cloud");
        const outcome = await runUpdate(ready, "refresh", phase);
        if (outcome.error)
          throw updateFailed(
            outcome,
            "Reading the cloud",
            "put right what is named above and run the same command again",
          );
        phase.done();
        await deploy(session, ready, run, `Putting ${name} back`);
        return found;
      });
      session.console.result({ fixed: drift }, () =>
        drift.length === 0 ? noDrift(name) : `Put back: ${drift.length} resources.`,
      );
      return undefined;
    },
  });
}

interface Drift extends Omit<ResourceChange, "operation"> {
  change: "changed" | "deleted";
}

async function findDrift(session: Session, ready: ReadyStack, name: string): Promise<Drift[]> {
  const phase = session.console.phase(`Reading what ${name} made`);
  const outcome = await runUpdate(ready, "preview-refresh", phase);
  session.signal.throwIfAborted();
  if (outcome.error) {
    phase.failed();
    throw updateFailed(outcome, "Reading the cloud", "put right what is named above and run the same command again");
  }
  phase.done();
  return outcome.log.changes.map(({ operation, ...resource }) => ({
    ...resource,
    change: operation === "delete" ? "deleted" : "changed",
  }));
}

function showDrift(drift: readonly Drift[], name: string): string {
  if (drift.length === 0) return noDrift(name);
  return table(
    ["DRIFT", "TYPE", "NAME", "PROPERTIES"],
    drift.map(({ change, type, name: resource, properties }) => [
      change,
      shortType(type),
      resource,
      properties.join(", "),
    ]),
  );
}

function noDrift(name: string): string {
  return `No drift: ${name} is as it was deployed.`;
}
