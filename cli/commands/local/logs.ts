import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { logLines } from "../../../local/cloud/client.ts";
import { chittyopsHome } from "../../../local/engine/home.ts";
import { defineCommand } from "../../command.ts";

export function logsCommand(): Command {
  return defineCommand({
    name: "logs",
    summary: "Print the embedded cloud's log; secrets are not in it",
    examples: [["npx chittyops local logs -n 500", "the last 500 lines"]],
    configure: (command) => command.option("-n, --lines <count>", "how many of the last lines", count, 100),
    async action({ console }, options) {
      const lines = logLines({ home: chittyopsHome(), lines: Number(options.lines) });
      console.result(lines, () => lines.join("\n"));
      return undefined;
    },
  });
}

function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError("It has to be a whole number of at least 1.");
  return number;
}
