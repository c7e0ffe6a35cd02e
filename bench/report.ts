/** One line of a benchmark's table. */
export interface Row {
  what: string;
  value: string;
  /** The figure the project holds itself to, where there is one. */
  aim?: string;
  met?: boolean;
}

export interface Report {
  title: string;
  /** How it was measured, in one or two sentences. */
  how: string;
  rows: Row[];
}

export interface Benchmark {
  name: string;
  run: (progress: (line: string) => void) => Promise<Report>;
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

export function ratio(numerator: number, denominator: number): string {
  return `${(numerator / denominator).toFixed(2)} times`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("A median needs at least one value.");
  return middle;
}

export function markdown(report: Report): string {
  const lines = [`## ${report.title}`, "", report.how, "", "| measured | value | aim | met |", "|---|---|---|---|"];
  for (const row of report.rows) {
    lines.push(
      `| ${row.what} | ${row.value} | ${row.aim ?? ""} | ${row.met === undefined ? "" : row.met ? "yes" : "no"} |`,
    );
  }
  return `${lines.join("\n")}\n`;
}
