import type { Command } from "commander";
import { connectionTo } from "../../../database/migrations/connection.ts";
import { describeHolder } from "../../../database/migrations/lock.ts";
import { type MigrationStatus, status } from "../../../database/migrations/status.ts";
import { migrationsFolder } from "../../database/schemas.ts";
import { exitCode } from "../../exit-code.ts";
import type { Console } from "../../output/console.ts";
import { table } from "../../output/table.ts";
import { databaseHelp, defineDbCommand, optionalDatabase } from "./define-db-command.ts";

export function statusCommand(): Command {
  return defineDbCommand({
    name: "status",
    summary: "Show which migrations are applied, pending or not as they were",
    description:
      "Shows the migrations of each database: applied, pending with what each does, changed since they ran, and who is applying some now. Fails when one was changed since it ran, is missing, or is out of order.",
    examples: [["npx chittyops db status finance -e prod", "whether the next deployment will migrate, and what"]],
    configure: (command) => command.argument(optionalDatabase, databaseHelp),
    async action({ console, signal }, databases, _options, [name]) {
      // Without a name, of those that there are.
      const chosen = databases.chosen(name);
      const found: Found[] = [];
      for (const database of chosen) {
        const folder = migrationsFolder(database);
        if (folder === undefined) found.push({ database: database.key, migrations: "its own" as const });
        else
          found.push({
            database: database.key,
            ...(await status(connectionTo(database.outputs.ownerUri), folder, signal)),
          });
      }
      console.result(found, () => found.map((one) => shown(console, one)).join("\n\n"));
      return found.some((one) => "drifted" in one && one.drifted.length > 0) ? exitCode.failed : exitCode.ok;
    },
  });
}

type Found = { database: string } & (MigrationStatus | { migrations: "its own" });

function shown(console: Console, found: Found): string {
  const title = console.style("bold", found.database);
  if ("migrations" in found) return `${title}: its service migrates by itself`;
  const rows = [
    ...found.applied.map(({ name, phase, at, by }) => [name, phase, "applied", `${at.toISOString()} by ${by}`]),
    ...found.pending.map(({ name, phase, does, begun }) => [
      name,
      phase,
      begun === undefined ? "pending" : `begun, ${begun.statementsDone} statements done`,
      does,
    ]),
  ];
  return [
    title,
    rows.length === 0 ? "  no migrations" : table(["MIGRATION", "PHASE", "STATE", ""], rows),
    ...found.drifted.map(
      ({ file = "", found: what, expected, remedy }) =>
        `${console.style("red", "drifted")} ${file}: found ${what}\n  expected: ${expected}\n  remedy: ${remedy}`,
    ),
    ...(found.running ? [`being applied now: ${describeHolder(found.running)}`] : []),
  ].join("\n");
}
