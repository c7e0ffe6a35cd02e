import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DrillCheck } from "./drill-checks.ts";

export interface Measured {
  /** Seconds. */
  value: number;
  objective: number;
  met: boolean;
}

/** Evidence that the newest backup can be restored, or that it cannot. */
export interface DrillReport {
  name: string;
  startedAt: string;
  passed: boolean;
  /** Why it did not pass; empty where it did. */
  problems: string[];
  backup?: {
    id: string;
    recoveryPoint: string;
    lsn: string;
    tables: number;
    rows: number;
    bytes: number;
    storedBytes: number;
  };
  /** What would have been lost, had the database been lost when the drill began. */
  recoveryPoint?: Measured;
  /** From the decision to restore until the rows are there, compared, and ready to be used. */
  recoveryTime?: Measured;
  steps: { name: string; seconds: number }[];
  checks: DrillCheck[];
  /** Found on the way, e.g. what no migration makes. */
  notes: string[];
}

/** Writes `<name>-<time>.json` and `.md`. @returns their paths. */
export async function writeDrillReport(report: DrillReport, folder: string): Promise<string[]> {
  const time = report.startedAt.replace(/[-:]|\.\d+/g, "");
  const base = join(folder, `${report.name.replaceAll("/", "-")}-${time}`);
  await mkdir(folder, { recursive: true });
  await writeFile(`${base}.json`, `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(`${base}.md`, markdown(report));
  return [`${base}.json`, `${base}.md`];
}

function markdown({ name, startedAt, passed, problems, backup, ...report }: DrillReport): string {
  const { recoveryPoint, recoveryTime } = report;
  const lines = [`# Restore drill of ${name}: ${passed ? "passed" : "FAILED"}`, "", `Begun ${startedAt}.`];
  if (backup) {
    lines[2] += ` Backup ${backup.id}: everything until ${backup.recoveryPoint} (LSN ${backup.lsn}), ${backup.rows} rows in ${backup.tables} tables, ${backup.bytes} bytes (${backup.storedBytes} stored).`;
  }
  const row = (what: string, measured: typeof recoveryPoint) =>
    measured
      ? `| ${what} | ${measured.value.toFixed(1)} s | ${measured.objective} s | ${yesNo(measured.met)} |`
      : `| ${what} | not reached | | no |`;
  lines.push("", "| objective | measured | at most | met |", "|---|---|---|---|");
  lines.push(row("recovery point", recoveryPoint), row("recovery time", recoveryTime));
  const list = (title: string, items: string[]) => {
    if (items.length > 0)
      lines.push("", `## ${title}`, "", ...items.map((item) => `- ${item.replaceAll("\n", "\n  ")}`));
  };
  list("Problems", problems);
  list(
    "Checks",
    report.checks.map((check) => `${check.passed ? "passed" : "FAILED"}: ${check.name}: ${check.found}`),
  );
  list(
    "Steps",
    report.steps.map((step) => `${step.name}: ${step.seconds.toFixed(2)} s`),
  );
  list("Notes", report.notes);
  return `${lines.join("\n")}\n`;
}

function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}
