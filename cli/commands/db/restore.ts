import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { chooseBackup, openBackupStore } from "../../database/backup-store.ts";
import type { Databases, DeployedDatabase } from "../../database/open-databases.ts";
import { restoreToBranch, swap } from "../../database/restore.ts";
import type { ExitCode } from "../../exit-code.ts";
import { flag, stringOption, yesOption } from "../../options.ts";
import { confirm } from "../../output/confirm.ts";
import { table } from "../../output/table.ts";
import type { Session } from "../../session.ts";
import { databaseArgument, databaseHelp, defineDbCommand } from "./define-db-command.ts";

export function restoreCommand(): Command {
  return defineDbCommand({
    name: "restore",
    summary: "Restore a backup to a new branch, and put it in the place of the database",
    description:
      "Restores a backup to a new branch and compares every table with the backup. After a confirmation the database gets the data of that branch: its connection URIs stay, and what it had stays on a branch of its own. Without a terminal and without --yes it ends before that; --swap goes on from there.",
    examples: [
      ["npx chittyops db restore finance -e prod", "the newest backup; asks before the database is changed"],
      ["npx chittyops db restore finance 20261120T093000000Z-5f0c61aa --yes", "a certain one, without a question"],
      [
        "npx chittyops db restore finance --swap restore-20261120t093000z",
        "a branch that was restored and looked at before",
      ],
    ],
    configure: (command) =>
      yesOption(
        command
          .argument(databaseArgument, databaseHelp)
          .argument("[backup]", "its id, as `backup list` shows it; by default the newest")
          .option("--swap <branch>", "only put this branch in the place of the database"),
      ),
    async action(session, databases, options, [name = "", id]) {
      const database = databases.deployedOne(name);
      const given = stringOption(options, "swap");
      const yes = flag(options, "yes");
      if (given !== undefined) return putInPlace(session, databases, database, { branchName: given, yes });
      const branchName = await restore(session, databases, database, id);
      if (yes || session.console.interactive) return putInPlace(session, databases, database, { branchName, yes });
      session.console.result(
        { database: database.key, branch: branchName, swapped: false },
        () =>
          `Look at it:           npx chittyops db psql ${database.key} --branch ${branchName}\nPut it in the place:  npx chittyops db restore ${database.key} --swap ${branchName}`,
      );
      return undefined;
    },
  });
}

/** @returns the name of the branch */
async function restore(
  session: Session,
  databases: Databases,
  database: DeployedDatabase,
  id: string | undefined,
): Promise<string> {
  const { console } = session;
  const store = await openBackupStore(session, databases);
  const backup = await chooseBackup(store, database, id);
  const step = console.phase(`Restoring backup ${backup.id} to a new branch`);
  const name = `restore-${backup.id.toLowerCase()}-${randomBytes(2).toString("hex")}`;
  const wanted = { database, store, id: backup.id, name };
  const { branch, restored } = await restoreToBranch(session, wanted, (line) => step.update(line));
  step.done(branch.name);
  console.note(
    table(
      ["TABLE", "ROWS"],
      restored.tables.map((one) => [`${one.schema}.${one.name}`, String(one.rows)]),
    ),
  );
  console.note(`Everything until ${backup.recoveryPoint}, each table compared with the backup.`);
  for (const { kind, name: what } of restored.outside)
    console.warn(`Not restored, since no migration makes it: ${kind} ${what}`);
  return branch.name;
}

async function putInPlace(
  { console }: Session,
  { environment }: Databases,
  database: DeployedDatabase,
  { branchName, yes }: { branchName: string; yes: boolean },
): Promise<ExitCode | undefined> {
  const branch = await database.neon.branch(branchName);
  const consequence = `This replaces the data of ${database.key} in ${environment} by that of the branch ${branch.name}; what was written since that backup is then only on a branch of its own.`;
  await confirm(console, { consequence, word: database.key, yes });
  const step = console.phase(`Swapping ${database.key}`);
  const kept = await swap(database, branch);
  step.done();
  console.result(
    { database: database.key, branch: branch.name, swapped: true, kept },
    () => `${database.key} has the data of ${branch.name}. What it had is on the branch ${kept}.`,
  );
  return undefined;
}
