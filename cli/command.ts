import { Command } from "commander";
import type { ExitCode } from "./exit-code.ts";
import { type Session, withSession } from "./session.ts";

/** What a command gets: its positional arguments in order, its options, and the session. A returned exit code other than 0 is the process's. */
type Action = (
  session: Session,
  options: Record<string, unknown>,
  positionals: (string | undefined)[],
) => Promise<ExitCode | undefined>;

export interface CommandDefinition {
  name: string;
  summary: string;
  /** Longer text for `--help`. */
  description?: string;
  /** Command lines with what they do. */
  examples: readonly (readonly [line: string, does: string])[];
  /** Adds arguments and options. */
  configure?: (command: Command) => Command;
  action: Action;
}

/** A command in the house style: `--json`, an example in `--help`, a session around the action. */
export function defineCommand(definition: CommandDefinition): Command {
  const command = new Command(definition.name)
    .summary(definition.summary)
    .description(definition.description ?? `${definition.summary}.`)
    .option("--json", "print the result as JSON on stdout");
  definition.configure?.(command);
  command.addHelpText("after", helpExamples(definition.examples));
  return command.action(async (...received: unknown[]) => {
    // A command that has others below it takes those of their options that it has too.
    const options = command.optsWithGlobals();
    const positionals = received.slice(0, command.registeredArguments.length) as (string | undefined)[];
    const code = await withSession({ json: options.json === true }, (session) =>
      definition.action(session, options, positionals),
    );
    if (code !== undefined) process.exitCode = code;
  });
}

/** A command that only groups others. */
export function defineGroup(name: string, summary: string, commands: readonly Command[]): Command {
  const group = new Command(name).summary(summary).description(`${summary}.`);
  for (const command of commands) group.addCommand(command);
  return group;
}

export function helpExamples(examples: CommandDefinition["examples"]): string {
  return `\nExamples:\n${examples.map(([line, does]) => `  $ ${line}\n      ${does}`).join("\n")}`;
}
