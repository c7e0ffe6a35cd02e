import type { Command } from "commander";
import { defineGroup } from "../../command.ts";
import { backupCommand } from "./backup.ts";
import { branchCommand } from "./branch.ts";
import { diffCommand } from "./diff.ts";
import { drillCommand } from "./drill.ts";
import { listCommand } from "./list.ts";
import { migrateCommand } from "./migrate.ts";
import { psqlCommand } from "./psql.ts";
import { pushCommand } from "./push.ts";
import { restoreCommand } from "./restore.ts";
import { seedCommand } from "./seed.ts";
import { settleCommand } from "./settle.ts";
import { statusCommand } from "./status.ts";
import { testCommand } from "./test.ts";
import { tuneCommand } from "./tune.ts";

/** `chittyops db …`: every operation on the databases of an environment. */
export function dbCommand(): Command {
  return defineGroup("db", "Databases: migrate, branch, back up, restore, tune, look inside", [
    listCommand(),
    statusCommand(),
    migrateCommand(),
    settleCommand(),
    pushCommand(),
    diffCommand(),
    branchCommand(),
    backupCommand(),
    restoreCommand(),
    drillCommand(),
    tuneCommand(),
    testCommand(),
    seedCommand(),
    psqlCommand(),
  ]);
}
