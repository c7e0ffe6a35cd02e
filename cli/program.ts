import { Command } from "commander";
import { helpExamples } from "./command.ts";
import { commands } from "./commands/index.ts";
import packageJson from "./package.json" with { type: "json" };

/** The whole command line. */
export function createProgram(): Command {
  const program = new Command("chittyops")
    .description("Operates ChittyOS: what runs, where, and whether it is healthy.")
    .version(packageJson.version)
    .showSuggestionAfterError(true)
    .showHelpAfterError("(add --help for the options and an example)")
    .addHelpText(
      "after",
      `${helpExamples([
        ["npx chittyops start", "the whole core estate on an embedded cloud"],
        ["npx chittyops status", "what runs, where, and its health"],
      ])}\n\nExit codes: 0 ok, 1 failed, 2 usage, 3 drift found.`,
    );
  for (const command of commands()) program.addCommand(command);
  return program;
}
