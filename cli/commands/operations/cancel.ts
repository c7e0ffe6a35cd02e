import type { Command } from "commander";
import { operation } from "../../../contracts/ops-operations.ts";
import { defineCommand } from "../../command.ts";
import { planeFor } from "../../ops/plane-for.ts";
import { environmentOption } from "../../options.ts";

export function cancelCommand(): Command {
  return defineCommand({
    name: "cancel",
    summary: "Undo an operation: the maintenance ends",
    examples: [["npx chittyops operations cancel op-3 -e prod", "what was deployed stays as it is"]],
    configure: (command) => environmentOption(command).argument("<id>", "id of the operation"),
    async action(session, options, [id = ""]) {
      const plane = await planeFor(session, options);
      const path = `/api/v1/operations/${encodeURIComponent(id)}/cancel`;
      const cancelled = await plane.send("POST", path, undefined, operation);
      session.console.result(cancelled, () => `${cancelled.id} is being undone.`);
      return undefined;
    },
  });
}
