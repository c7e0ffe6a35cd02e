import type { Command } from "commander";
import { withConnection } from "../../../database/connect.ts";
import { type Difference, diffSchemas } from "../../../database/schema/diff-schemas.ts";
import { renderDiff } from "../../../database/schema/render-diff.ts";
import type { SchemaDescription } from "../../../database/schema/schema-object.ts";
import type { DeployedDatabase } from "../../database/open-databases.ts";
import { describeAt, makeSchema, migrationsOf } from "../../database/schemas.ts";
import { ownerUri, withScratch } from "../../database/scratch-branch.ts";
import { exitCode } from "../../exit-code.ts";
import { stringOption } from "../../options.ts";
import type { Session } from "../../session.ts";
import { databaseArgument, databaseHelp, defineDbCommand } from "./define-db-command.ts";

export function diffCommand(): Command {
  return defineDbCommand({
    name: "diff",
    summary: "Show how a schema differs from its migrations, or from another branch",
    description:
      "Shows what of a database's schema its migrations did not make, or how one branch differs from another. Changes nothing; ends with 3 when there are differences.",
    examples: [
      ["npx chittyops db diff finance -e prod", "what somebody changed by hand"],
      [
        "npx chittyops db diff finance --branch main --with preview-7",
        "what becomes of main when it gets the schema of preview-7",
      ],
    ],
    configure: (command) =>
      command
        .argument(databaseArgument, databaseHelp)
        .option("--branch <branch>", "the branch to look at; by default the one services use")
        .option("--with <what>", "another branch, or `migrations`: those that the branch has", "migrations"),
    async action(session, databases, options, [name = ""]) {
      const database = databases.deployedOne(name);
      const branch = await database.neon.branch(stringOption(options, "branch") ?? database.outputs.branchId);
      const other = stringOption(options, "with") ?? "migrations";
      const uri = await ownerUri(session, database, branch.id);
      const here = await describeAt(uri, database);
      let differences: Difference[];
      // From the migrations to what there is: an addition was made by hand. From here to another branch: what would become of this one.
      if (other === "migrations") differences = diffSchemas(await madeByMigrations(session, database, uri), here);
      else {
        const there = await database.neon.branch(other);
        differences = diffSchemas(here, await describeAt(await ownerUri(session, database, there.id), database));
      }
      session.console.result({ database: database.key, branch: branch.name, with: other, differences }, () =>
        renderDiff(differences),
      );
      return differences.length > 0 ? exitCode.drift : exitCode.ok;
    },
  });
}

async function madeByMigrations(session: Session, database: DeployedDatabase, uri: string): Promise<SchemaDescription> {
  const progress = session.console.phase("Applying the migrations to a scratch branch");
  const migrations = await withConnection(uri, { applicationName: "chittyops diff" }, (client) =>
    migrationsOf(client, database),
  );
  const made = await withScratch(session, database, "diff", async (scratch) => {
    await makeSchema(scratch.uri, migrations, session.signal);
    return describeAt(scratch.uri, database);
  });
  progress.done(`${migrations.length} migrations`);
  return made;
}
