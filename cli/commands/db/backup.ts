import type { Command } from "commander";
import type { ListedBackup } from "../../../database/backup/list-backups.ts";
import { type BackupStore, chooseBackup, openBackupStore } from "../../database/backup-store.ts";
import { chooseDatabases, findDatabase } from "../../database/named-database.ts";
import type { DeployedDatabase } from "../../database/open-databases.ts";
import { exitCode } from "../../exit-code.ts";
import { flag } from "../../options.ts";
import { shownBytes } from "../../output/bytes.ts";
import { table } from "../../output/table.ts";
import type { Session } from "../../session.ts";
import { databaseArgument, databaseHelp, defineDbCommand, optionalDatabase } from "./define-db-command.ts";

/** `chittyops db backup`, with `list` and `verify` below it. */
export function backupCommand(): Command {
  const command = defineDbCommand({
    name: "backup",
    summary: "Back databases up, encrypted, and remove what need not be kept",
    description:
      "Copies every table of one moment, compressed and encrypted, to the environment's bucket, and removes backups that the catalog's plan no longer keeps. What no migration made is reported: a restore does not bring it back. To look at them: backup list, backup verify.",
    examples: [
      ["npx chittyops db backup -e prod --due", "for a scheduled job: those whose plan says it is time"],
      ["npx chittyops db backup finance -e prod", "one, now"],
    ],
    configure: (command) =>
      command.argument(optionalDatabase, databaseHelp).option("--due", "only those whose plan says it is time"),
    async action(session, databases, options, [name]) {
      const store = await openBackupStore(session, databases);
      const chosen = databases.chosen(name);
      const results: Awaited<ReturnType<typeof backUp>>[] = [];
      for (const database of chosen) {
        if (flag(options, "due") && !(await isDue(store, database))) continue;
        results.push(await backUp(session, store, database));
      }
      session.console.result(results, () =>
        results.length === 0
          ? "Nothing is due."
          : results
              .map(({ database, id, rows, tables, outside }) =>
                [
                  `${database}: backup ${id}, ${rows} rows in ${tables} tables`,
                  ...outside.map(
                    (one) =>
                      `  not made by a migration, and not restored: ${one.kind} ${one.name}${one.detail ? ` (${one.detail})` : ""}`,
                  ),
                ].join("\n"),
              )
              .join("\n"),
      );
      return undefined;
    },
  });
  command.addCommand(list());
  command.addCommand(verify());
  return command;
}

async function backUp({ console }: Session, store: BackupStore, database: DeployedDatabase) {
  const step = console.phase(`Backing up ${database.key}`);
  const { manifest, outside } = await store.create(database, (line) => step.update(line));
  const pruned = await store.prune(database);
  const { tables, rows, bytes, storedBytes } = manifest.totals;
  step.done(`${shownBytes(bytes)}, ${shownBytes(storedBytes)} stored`);
  for (const id of pruned?.bad ?? [])
    console.warn(`The older backup ${id} is not good: npx chittyops db backup verify ${database.key} ${id}`);
  return {
    database: database.key,
    id: manifest.id,
    recoveryPoint: manifest.recoveryPoint,
    tables,
    rows,
    bytes,
    storedBytes,
    outside,
    removed: pruned?.removed ?? [],
  };
}

/** Whether the newest good backup is older than the plan allows by the time that the next look comes. */
async function isDue(store: BackupStore, database: DeployedDatabase): Promise<boolean> {
  const plan = database.spec.backup;
  if (plan === undefined) return false;
  const newest = (await store.list(database)).find((one) => "manifest" in one);
  if (!newest || !("manifest" in newest)) return true;
  // A job that comes each day comes a little early on some days.
  return Date.now() - Date.parse(newest.manifest.recoveryPoint) > plan.everySeconds * 950;
}

function list(): Command {
  return defineDbCommand({
    name: "list",
    summary: "List the backups of databases",
    examples: [["npx chittyops db backup list finance -e prod", "newest first"]],
    configure: (command) => command.argument(optionalDatabase, databaseHelp),
    async action(session, databases, _options, [name]) {
      const store = await openBackupStore(session, databases);
      const rows: ({ database: string } & ShownBackup)[] = [];
      for (const database of chooseDatabases(databases.all, name)) {
        for (const backup of await store.list(database)) rows.push({ database: database.key, ...shown(backup) });
      }
      session.console.result(rows, () =>
        rows.length === 0
          ? "There is no backup."
          : table(
              ["DATABASE", "BACKUP", "EVERYTHING UNTIL", "ROWS", "STORED", ""],
              rows.map((row) => [
                row.database,
                row.id,
                row.recoveryPoint ?? "",
                String(row.rows ?? ""),
                row.storedBytes === undefined ? "" : shownBytes(row.storedBytes),
                row.problem ?? "",
              ]),
            ),
      );
      return rows.some(({ problem }) => problem !== undefined) ? exitCode.failed : exitCode.ok;
    },
  });
}

interface ShownBackup {
  id: string;
  recoveryPoint?: string;
  rows?: number;
  storedBytes?: number;
  problem?: string;
}

function shown(backup: ListedBackup): ShownBackup {
  if ("problem" in backup) return { id: backup.id, problem: backup.problem.found };
  const { recoveryPoint, totals } = backup.manifest;
  return { id: backup.id, recoveryPoint, rows: totals.rows, storedBytes: totals.storedBytes };
}

function verify(): Command {
  return defineDbCommand({
    name: "verify",
    summary: "Read a whole backup, and compare it with its checksums",
    examples: [["npx chittyops db backup verify finance -e prod", "the newest one; needs no database"]],
    configure: (command) =>
      command.argument(databaseArgument, databaseHelp).argument("[backup]", "its id; by default the newest"),
    async action(session, databases, _options, [name = "", given]) {
      const database = findDatabase(databases.all, name);
      const store = await openBackupStore(session, databases);
      const id = given ?? (await chooseBackup(store, database)).id;
      const step = session.console.phase(`Reading backup ${id}`);
      const { problems, manifest } = await store.verify(database, id);
      if (problems.length > 0) step.failed(`${problems.length} problems`);
      else step.done();
      const told = problems.map(({ reason, found, expected, remedy }) => ({ reason, found, expected, remedy }));
      session.console.result({ database: database.key, id, good: told.length === 0, problems: told }, () =>
        told.length === 0
          ? `Backup ${id} is good: ${manifest?.totals.rows} rows in ${manifest?.totals.tables} tables.`
          : told
              .map(
                ({ found, expected, remedy }) =>
                  `${found}${expected ? `\n  Expected: ${expected}` : ""}\n  Remedy: ${remedy}`,
              )
              .join("\n"),
      );
      return told.length > 0 ? exitCode.failed : exitCode.ok;
    },
  });
}
