import type { Command } from "commander";
import { connectionTo } from "../../../database/migrations/connection.ts";
import { settle } from "../../../database/migrations/settle.ts";
import { exitCode } from "../../exit-code.ts";
import { UserError } from "../../user-error.ts";
import { databaseArgument, databaseHelp, defineDbCommand } from "./define-db-command.ts";
import { migratable } from "./migrate.ts";

export function settleCommand(): Command {
  return defineDbCommand({
    name: "settle",
    summary: "Say whether a migration's statement happened that a killed run left in doubt",
    description:
      "A migration outside a transaction can be left half applied by a run that was killed. Where nothing tells whether its last statement happened, `migrate` stops until you have looked and say `done` or `again`. Runs nothing.",
    examples: [
      ["npx chittyops db settle finance 0007_fill done", "the next migrate goes on with the statement after it"],
    ],
    configure: (command) =>
      command
        .argument(databaseArgument, databaseHelp)
        .argument("<migration>", "its name, as `db status` shows it")
        .argument("<answer>", "done: the statement happened; again: it is to be run"),
    async action({ console, signal }, databases, _options, [name, migration = "", answer]) {
      if (answer !== "done" && answer !== "again") {
        throw new UserError(`${JSON.stringify(answer)} is no answer.`, {
          expected: "done or again",
          exitCode: exitCode.usage,
        });
      }
      const [database] = migratable(databases, name);
      if (database === undefined) return exitCode.usage;
      await settle(connectionTo(database.outputs.ownerUri), database.folder, migration, answer, signal);
      console.result(
        { database: database.key, migration, answer },
        () => `Settled; go on: npx chittyops db migrate ${database.key}`,
      );
      return undefined;
    },
  });
}
