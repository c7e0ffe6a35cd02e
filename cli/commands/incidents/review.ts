import type { Command } from "commander";
import { incident } from "../../../contracts/ops-incidents.ts";
import { defineCommand } from "../../command.ts";
import { planeFor } from "../../ops/plane-for.ts";
import { environmentOption, stringOption } from "../../options.ts";

export function reviewCommand(): Command {
  return defineCommand({
    name: "review",
    summary: "Write what was learnt from a resolved incident",
    examples: [
      [
        "npx chittyops incidents review inc-17 --summary 'A bad deploy' --cause 'no canary' --action 'add a canary'",
        "a second review replaces the first",
      ],
    ],
    configure: (command) =>
      environmentOption(command)
        .argument("<id>", "id of the incident")
        .requiredOption("--summary <text>", "what happened")
        .requiredOption("--cause <text>", "why")
        .option("--impact <text>", "who noticed what, and for how long")
        .option("--action <text...>", "what is to be done, once for each"),
    async action(session, options, [id = ""]) {
      const plane = await planeFor(session, options);
      const actions = Array.isArray(options.action) ? options.action.map((what) => ({ what: String(what) })) : [];
      const body = {
        summary: stringOption(options, "summary"),
        cause: stringOption(options, "cause"),
        impact: stringOption(options, "impact"),
        actions,
      };
      const now = await plane.send("POST", `/api/v1/incidents/${encodeURIComponent(id)}/review`, body, incident);
      session.console.result(now, () => `${now.id} is reviewed.`);
      return undefined;
    },
  });
}
