import type { Command } from "commander";
import { z } from "zod";
import { rollout } from "../../../contracts/ops-rollouts.ts";
import { defineCommand } from "../../command.ts";
import { stackTarget } from "../../engine/stack-target.ts";
import { planeOf } from "../../ops/plane-client.ts";
import { rolloutTable } from "../../ops/rollout-table.ts";
import { environmentOption, stringOption } from "../../options.ts";

const changed = z.object({ rollouts: z.array(rollout) });

export function pauseCommand(): Command {
  return setPausedCommand(
    "pause",
    "Offer nothing more of a service's rollouts, in any family",
    "nobody is offered more",
  );
}

export function resumeCommand(): Command {
  return setPausedCommand("resume", "Go on with a service's rollouts, also after a bad wave", "goes on where it was");
}

function setPausedCommand(name: "pause" | "resume", summary: string, does: string): Command {
  return defineCommand({
    name,
    summary,
    examples: [[`npx chittyops rollout ${name} lite-child -e prod`, does]],
    configure: (command) => environmentOption(command).argument("<service>", "what is rolled out to, e.g. lite-child"),
    async action(session, options, [service = ""]) {
      const { environment } = stackTarget(undefined, stringOption(options, "env"));
      const plane = await planeOf(session, environment);
      const path = `/api/v1/rollouts/${encodeURIComponent(service)}/${name}`;
      const { rollouts } = await plane.send("POST", path, {}, changed);
      session.console.result(rollouts, () => rolloutTable(rollouts));
      return undefined;
    },
  });
}
