type Row = readonly string[];

/** A table of Markdown with aligned columns, as the formatter wants it. A bar within a cell would end it. */
export function table(head: Row, rows: readonly Row[]): string {
  const lines = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, column) => Math.max(3, ...lines.map((line) => line[column]?.length ?? 0)));
  const print = (line: Row, fill = " ") =>
    `| ${line.map((cell, i) => cell.padEnd(widths[i] ?? 0, fill)).join(" | ")} |`;
  const [first = [], ...rest] = lines;
  const rule = head.map(() => "");
  return [print(first), print(rule, "-"), ...rest.map((line) => print(line))].join("\n");
}

export const code = (text: string) => `\`${text}\``;
/** Separated by commas; a dash where there is none. */
export const list = (items: readonly string[]) => (items.length === 0 ? "–" : items.join(", "));
