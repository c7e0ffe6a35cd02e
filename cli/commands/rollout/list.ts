import type { Command } from "commander";
import { rolloutPage } from "../../../contracts/ops-rollouts.ts";
import { defineCommand } from "../../command.ts";
import { stackTarget } from "../../engine/stack-target.ts";
import { planeOf } from "../../ops/plane-client.ts";
import { rolloutTable } from "../../ops/rollout-table.ts";
import { looking, watchOption } from "../../ops/watch.ts";
import { environmentOption, stringOption } from "../../options.ts";

export function listCommand(): Command {
  return defineCommand({
    name: "list",
    summary: "Show the last rollouts and what became of them at the children",
    examples: [
      ["npx chittyops rollout list -e prod", "the last twenty"],
      ["npx chittyops rollout list --watch", "how a wave goes on"],
    ],
    configure: (command) => watchOption(environmentOption(command)),
    async action(session, options) {
      const { environment } = stackTarget(undefined, stringOption(options, "env"));
      const plane = await planeOf(session, environment);
      const look = async () => (await plane.get("/api/v1/rollouts?limit=20", rolloutPage)).rollouts;
      return await looking(session, options, look, rolloutTable);
    },
  });
}
