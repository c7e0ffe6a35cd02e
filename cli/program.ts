import { Command } from "commander";
import { helpExamples } from "./command.ts";
import { commands } from "./commands/index.ts";
import packageJson from "./package.json" with { type: "json" };

/**
 * The command line for these arguments. Only the command they name is loaded whole: the others stand in the list of the help and serve
 * for the suggestion after a typo.
 */
export async function createProgram(args: readonly string[]): Promise<Command> {
  const program = new Command("chittyops")
    .description("Operates ChittyOS: what runs, where, and whether it is healthy.")
    .version(packageJson.version)
    .showSuggestionAfterError(true)
    .addHelpText("after", programHelp);
  const named = args.find((arg) => !arg.startsWith("-") && arg !== "help");
  for (const { name, summary, load } of commands) {
    program.addCommand(name === named ? await load() : new Command(name).summary(summary));
  }
  configureAll(program);
  return program;
}

const programHelp = `${helpExamples([
  ["npx chittyops start", "the whole estate on an embedded cloud: core and all families"],
  ["npx chittyops status", "what runs, where, and its health"],
])}

Exit codes: 0 ok, 1 failed, 2 usage, 3 drift found.`;

/** Commander's settings are not inherited by commands that were made elsewhere. */
function configureAll(command: Command): void {
  command.exitOverride().showHelpAfterError("(add --help for the options and an example)");
  for (const child of command.commands) configureAll(child);
}
