import type { Command } from "commander";
import { withConnection } from "../../../database/connect.ts";
import { parseConnectionUri } from "../../../database/connection-uri.ts";
import { withCredentials } from "../../../providers/neon/sdk/with-credentials.ts";
import type { DeployedDatabase } from "../../database/open-databases.ts";
import { prompt, runSql } from "../../database/prompt.ts";
import { findPsql, runPsql } from "../../database/psql.ts";
import { ownerUri } from "../../database/scratch-branch.ts";
import { exitCode } from "../../exit-code.ts";
import { flag, stringOption } from "../../options.ts";
import type { Session } from "../../session.ts";
import { databaseArgument, databaseHelp, defineDbCommand } from "./define-db-command.ts";

export function psqlCommand(): Command {
  return defineDbCommand({
    name: "psql",
    summary: "Open a database with psql, or run one command in it",
    description:
      "Starts psql, as the role that the service runs as; the password is in no command line. Where psql is not installed, a small prompt takes its place. --json gives the rows of --command as JSON.",
    examples: [
      ["npx chittyops db psql finance", "interactive, without DDL"],
      ["npx chittyops db psql finance --owner -c 'select count(*) from ledger'", "one command, as the owner"],
    ],
    configure: (command) =>
      command
        .argument(databaseArgument, databaseHelp)
        .option("--owner", "as the role that owns the tables")
        .option("-c, --command <sql>", "run this and end")
        .option("--branch <branch>", "another branch than the one services use"),
    async action(session, databases, options, [name = ""]) {
      const database = databases.deployedOne(name);
      const uri = await uriFor(session, database, flag(options, "owner"), stringOption(options, "branch"));
      const sql = stringOption(options, "command");
      const connection = { applicationName: "chittyops psql", signal: session.signal };
      if (session.console.json && sql !== undefined) {
        const rows = await withConnection(uri, connection, (client) => runSql(client, sql));
        session.console.result(rows, () => "");
        return undefined;
      }
      const psql = findPsql();
      if (psql !== undefined) return (await runPsql(psql, uri, sql)) === 0 ? exitCode.ok : exitCode.failed;
      return withConnection(uri, connection, (client) => prompt(session.console, client, sql));
    },
  });
}

async function uriFor(
  session: Session,
  database: DeployedDatabase,
  asOwner: boolean,
  branch: string | undefined,
): Promise<string> {
  const { outputs, neon, roles } = database;
  if (branch === undefined) return asOwner ? outputs.ownerUri : outputs.runtimeUri;
  const owner = await ownerUri(session, database, (await neon.branch(branch)).id);
  if (asOwner) return owner;
  // The runtime role was made with SQL, so that it is on every branch as it was on the parent.
  return withCredentials(owner, roles.runtime, parseConnectionUri(outputs.runtimeUri).password ?? "");
}
