import { aborted, BackupFailed } from "./backup-failed.ts";
import type { Identity } from "./backup-keys.ts";
import { label } from "./catalog.ts";
import { databaseError } from "./database-error.ts";
import type { Destination } from "./destination.ts";
import { type DrillChecks, runDrillChecks } from "./drill-checks.ts";
import { type DrillReport, type Measured, writeDrillReport } from "./drill-report.ts";
import { listBackups } from "./list-backups.ts";
import type { Manifest } from "./manifest.ts";
import { type RestoredBackup, type RestoreTarget, restoreBackup } from "./restore-backup.ts";

export interface DrillOptions extends DrillChecks {
  destination: Destination;
  name: string;
  /** Secret. */
  identities: readonly Identity[];
  verificationKeys: readonly string[];
  /** Makes an empty database to restore into; `remove` is called whatever happens. */
  scratch: () => Promise<RestoreTarget & { remove: () => Promise<void> }>;
  /** In seconds: how old the newest backup may be (RPO), and how long until the database is back (RTO). */
  objectives: { recoveryPoint: number; recoveryTime: number };
  /** As for `restoreBackup`. */
  leaveOut?: readonly string[];
  parallel?: number;
  /** Where the report goes, as JSON and as Markdown. */
  reportFolder: string;
  now?: Date;
  signal?: AbortSignal;
  progress?: (line: string) => void;
}

/**
 * Restores the newest backup into a scratch database, checks it, removes it and writes a report. A drill that does not pass is a report too.
 * @throws BackupFailed only where it was aborted, or its report cannot be written.
 */
export async function drill(options: DrillOptions): Promise<{ report: DrillReport; files: string[] }> {
  const { name, now = new Date() } = options;
  const report: DrillReport = {
    name,
    startedAt: now.toISOString(),
    passed: false,
    problems: [],
    steps: [],
    checks: [],
    notes: [],
  };
  const begun = performance.now();
  const step = stepwise(report);
  let scratch: Awaited<ReturnType<DrillOptions["scratch"]>> | undefined;
  try {
    const manifest = await step("choose the backup", () => chooseNewest(options));
    describe(report, manifest, options, now);
    const target = await step("make the scratch database", options.scratch);
    scratch = target;
    const restored = await step("restore", () => restoreBackup({ ...options, ...target, id: manifest.id }));
    const took = (performance.now() - begun) / 1000;
    report.recoveryTime = measured(took, options.objectives.recoveryTime);
    report.notes.push(...notesOf(restored));
    report.checks.push({
      name: "rows",
      passed: true,
      found: `${manifest.totals.rows} rows in ${restored.tables.length} tables, each with the fingerprint it had`,
    });
    report.checks.push(...(await step("check", () => runDrillChecks(target.connect, manifest, options))));
  } catch (error) {
    report.problems.push(sayable(error));
  } finally {
    const { remove } = scratch ?? {};
    if (remove) {
      await step("remove the scratch database", remove).catch((error) => {
        report.problems.push(`The scratch database was not removed: ${sayable(error)}`);
      });
    }
  }
  if (options.signal?.aborted) throw aborted(`The drill of ${name}`);
  judge(report);
  return { report, files: await writeDrillReport(report, options.reportFolder) };
}

async function chooseNewest({ destination, name, verificationKeys, signal }: DrillOptions): Promise<Manifest> {
  const [newest] = await listBackups({ destination, name, verificationKeys, ...(signal ? { signal } : {}) });
  if (!newest) {
    throw new BackupFailed("unknown-backup", `${destination.description} has no finished backup of ${name}.`, {
      remedy: "Make one; until then the database is not recoverable from here.",
    });
  }
  if ("problem" in newest) throw newest.problem;
  return newest.manifest;
}

function describe(report: DrillReport, manifest: Manifest, { objectives }: DrillOptions, now: Date): void {
  const { id, recoveryPoint, lsn, totals } = manifest;
  report.backup = { id, recoveryPoint, lsn, ...totals };
  report.recoveryPoint = measured((now.getTime() - Date.parse(recoveryPoint)) / 1000, objectives.recoveryPoint);
}

function measured(value: number, objective: number): Measured {
  return { value, objective, met: value <= objective };
}

function notesOf({ outside, leftOut, madePartitions, notInBackup }: RestoredBackup): string[] {
  return [
    ...outside.map(({ kind, name, detail }) => `no migration makes ${kind} ${name}${detail ? `: ${detail}` : ""}`),
    ...leftOut.map((table) => `left out, as asked: ${label(table)}`),
    ...madePartitions.map((table) => `partition made again: ${label(table)}`),
    ...notInBackup.map((table) => `migrations make ${label(table)}, which the database did not have`),
  ];
}

function judge(report: DrillReport): void {
  const { recoveryPoint, recoveryTime, checks, problems } = report;
  const missed = (what: string, { value, objective }: Measured) =>
    `${what} is ${value.toFixed(1)} s, the objective is ${objective} s.`;
  if (recoveryPoint && !recoveryPoint.met) problems.push(missed("The recovery point's age", recoveryPoint));
  if (recoveryTime && !recoveryTime.met) problems.push(missed("The recovery time", recoveryTime));
  for (const check of checks) if (!check.passed) problems.push(`Check "${check.name}" failed: ${check.found}.`);
  report.passed = problems.length === 0;
}

function stepwise(report: DrillReport) {
  return async <Result>(name: string, act: () => Promise<Result>): Promise<Result> => {
    const begun = performance.now();
    try {
      return await act();
    } finally {
      report.steps.push({ name, seconds: (performance.now() - begun) / 1000 });
    }
  };
}

/** Also for what callbacks throw: no rows in a report. */
function sayable(error: unknown): string {
  const told = databaseError(error, "Restoring");
  return told instanceof Error ? told.message : String(told);
}
