import { join } from "node:path";
import type { Command } from "commander";
import { environments } from "../../../catalog/index.ts";
import { withConnection } from "../../../database/connect.ts";
import { type SeedReport, seedDatabase } from "../../../database/seed/seed-database.ts";
import { repositoryRoot } from "../../../local/engine/home.ts";
import { exitCode } from "../../exit-code.ts";
import { UserError } from "../../user-error.ts";
import { databaseHelp, defineDbCommand, optionalDatabase } from "./define-db-command.ts";

export function seedCommand(): Command {
  return defineDbCommand({
    name: "seed",
    summary: "Fill databases with the made-up data of the catalog, once",
    description:
      "Applies the files of each database's folder of seeds that it has not had yet. Never where data is protected.",
    examples: [["npx chittyops db seed finance", "in local; a second time it does nothing"]],
    configure: (command) => command.argument(optionalDatabase, databaseHelp),
    async action({ console, signal }, databases, _options, [name]) {
      const chosen = databases.chosen(name);
      const { environment } = databases;
      const results: ({ database: string } & SeedReport)[] = [];
      for (const { key, spec, outputs } of chosen) {
        if (spec.seeds === undefined) {
          if (name === undefined) continue;
          throw new UserError(`${key} has no seeds.`, {
            remedy: `name a folder in the catalog: databases: [{ name: "${spec.name}", seeds: "…" }]`,
            exitCode: exitCode.usage,
          });
        }
        const folder = join(repositoryRoot, spec.seeds);
        const isProtected = spec.protected || environments[environment].protectsData;
        const options = { applicationName: "chittyops seed", signal };
        const report = await withConnection(outputs.ownerUri, options, (client) =>
          seedDatabase(client, folder, { name: environment, protected: isProtected }),
        );
        results.push({ database: key, ...report });
      }
      console.result(
        results,
        () =>
          results
            .map(
              ({ database, applied, already }) =>
                `${database}: ${applied.length} seeds applied, ${already.length} were before`,
            )
            .join("\n") || "No database has seeds.",
      );
      return undefined;
    },
  });
}
