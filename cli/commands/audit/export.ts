import { resolve } from "node:path";
import type { Command } from "commander";
import { defineCommand } from "../../command.ts";
import { stackTarget } from "../../engine/stack-target.ts";
import { downloadExport } from "../../ops/audit/download-export.ts";
import { planeOf } from "../../ops/plane-client.ts";
import { environmentOption, stringOption } from "../../options.ts";

export function exportCommand(): Command {
  return defineCommand({
    name: "export",
    summary: "Write the whole audit trail with its checkpoints and keys to a file",
    description:
      "Writes the whole audit trail to a file of JSON lines, with the signed checkpoints and the keys they are checked with. `npx chittyops audit verify <file>` needs nothing else, neither the plane nor a network.",
    examples: [["npx chittyops audit export audit-prod.jsonl -e prod", "the trail of prod"]],
    configure: (command) => environmentOption(command.argument("<file>", "where to write it")),
    async action(session, options, [given = ""]) {
      const { environment } = stackTarget(undefined, stringOption(options, "env"));
      const file = resolve(given);
      await downloadExport(session, await planeOf(session, environment), file);
      session.console.result({ file }, () => `${file} is written. Check it: npx chittyops audit verify ${given}`);
      return undefined;
    },
  });
}
