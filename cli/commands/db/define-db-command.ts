import type { Command } from "commander";
import { type CommandDefinition, defineCommand } from "../../command.ts";
import { type Databases, openDatabases } from "../../database/open-databases.ts";
import type { ExitCode } from "../../exit-code.ts";
import { environmentOption, stringOption } from "../../options.ts";
import type { Session } from "../../session.ts";

interface DbCommandDefinition extends Omit<CommandDefinition, "action"> {
  action: (
    session: Session,
    databases: Databases,
    options: Record<string, unknown>,
    positionals: (string | undefined)[],
  ) => Promise<ExitCode | undefined>;
}

/** A command on the databases of an environment (`-e`). Stopped by Ctrl-C, it puts back what it has begun before it ends. */
export function defineDbCommand({ action, configure, ...definition }: DbCommandDefinition): Command {
  return defineCommand({
    ...definition,
    configure: (command) => environmentOption(configure?.(command) ?? command),
    async action(session, options, positionals) {
      const databases = await openDatabases(session, stringOption(options, "env"));
      return session.untilTheEnd(() => action(session, databases, options, positionals));
    },
  });
}

export const databaseArgument = "<database>";
export const optionalDatabase = "[database]";
export const databaseHelp = "as `chittyfinance/finance`, `chittyfinance` or `finance`";
