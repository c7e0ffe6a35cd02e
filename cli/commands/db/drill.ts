import { join } from "node:path";
import type { Command } from "commander";
import { drill } from "../../../database/backup/drill.ts";
import type { DrillReport } from "../../../database/backup/drill-report.ts";
import { chittyopsHome } from "../../../local/engine/home.ts";
import { type BackupStore, openBackupStore } from "../../database/backup-store.ts";
import type { DeployedDatabase } from "../../database/open-databases.ts";
import { restoreTarget } from "../../database/restore.ts";
import { createScratch } from "../../database/scratch-branch.ts";
import { spanSeconds } from "../../database/span.ts";
import { exitCode } from "../../exit-code.ts";
import { stringOption } from "../../options.ts";
import { duration } from "../../output/duration.ts";
import type { Session } from "../../session.ts";
import { databaseHelp, defineDbCommand, optionalDatabase } from "./define-db-command.ts";

export function drillCommand(): Command {
  return defineDbCommand({
    name: "drill",
    summary: "Prove that the newest backup can be restored, and how fast",
    description:
      "Restores the newest backup to a scratch branch, compares every table, checks the references between them, and measures what would have been lost (recovery point) and how long it took (recovery time). Writes a report, and fails where an objective is missed. The database itself is not touched.",
    examples: [["npx chittyops db drill -e prod --rto 30m", "every database that has a plan of backups"]],
    configure: (command) =>
      command
        .argument(optionalDatabase, databaseHelp)
        .option("--rpo <time>", "how old the newest backup may be; by default the plan's interval and a tenth")
        .option("--rto <time>", "how long the restore may take", "1h")
        .option("--out <folder>", "where the report goes; by default `reports` in the ChittyOps home"),
    async action(session, databases, options, [name]) {
      const store = await openBackupStore(session, databases);
      const rpo = stringOption(options, "rpo");
      const wanted = {
        rpo: rpo === undefined ? undefined : spanSeconds(rpo, "--rpo"),
        rto: spanSeconds(stringOption(options, "rto") ?? "", "--rto"),
        reportFolder: stringOption(options, "out") ?? join(chittyopsHome(), "reports"),
      };
      const chosen =
        name === undefined
          ? databases.deployed.filter(({ spec }) => spec.backup !== undefined)
          : databases.chosen(name);
      const results: Awaited<ReturnType<typeof drillOne>>[] = [];
      for (const database of chosen) results.push(await drillOne(session, store, database, wanted));
      session.console.result(
        results.map(({ report, files }) => ({ ...report, files })),
        () =>
          results.map(({ report, files }) => shown(report, files)).join("\n\n") || "No database has a plan of backups.",
      );
      return results.every(({ report }) => report.passed) ? exitCode.ok : exitCode.failed;
    },
  });
}

/** Where nobody decided how often: what a day's backups would give. */
const usualInterval = 86_400;

async function drillOne(
  session: Session,
  store: BackupStore,
  database: DeployedDatabase,
  { rpo, rto, reportFolder }: { rpo: number | undefined; rto: number; reportFolder: string },
): Promise<{ report: DrillReport; files: string[] }> {
  const step = session.console.phase(`Drill of ${database.key}`);
  const interval = database.spec.backup?.everySeconds ?? usualInterval;
  const done = await drill({
    destination: store.destination,
    name: store.nameOf(database),
    identities: [store.keys.identity],
    verificationKeys: [store.keys.verificationKey],
    scratch: async () => {
      const { uri, branch } = await createScratch(session, database, "drill");
      return {
        ...restoreTarget(uri, database, session.signal),
        remove: () => database.neon.remove(branch),
      };
    },
    objectives: { recoveryPoint: rpo ?? Math.round(interval * 1.1), recoveryTime: rto },
    reportFolder,
    signal: session.signal,
    progress: (line) => step.update(line),
  });
  if (done.report.passed) step.done();
  else step.failed();
  return done;
}

function shown({ name, passed, recoveryPoint, recoveryTime, problems }: DrillReport, files: string[]): string {
  const measured = (what: string, one: DrillReport["recoveryPoint"]) =>
    one ? [`  ${what}: ${duration(one.value * 1000)}, at most ${duration(one.objective * 1000)}`] : [];
  return [
    `${name}: ${passed ? "passed" : "FAILED"}`,
    ...measured("recovery point", recoveryPoint),
    ...measured("recovery time", recoveryTime),
    ...problems.map((problem) => `  ${problem.replaceAll("\n", "\n  ")}`),
    ...files.map((file) => `  report: ${file}`),
  ].join("\n");
}
