import type { Difference } from "./diff-schemas.ts";

const signs = { added: "+", removed: "-", changed: "~" };

/** The differences as lines for a terminal, those that lose data marked; one sentence if there are none. */
export function renderDiff(differences: readonly Difference[]): string {
  if (differences.length === 0) return "No differences.\n";
  const lines = differences.map(
    ({ change, line, losesData }) => `${signs[change]} ${line}${losesData ? "   LOSES DATA" : ""}`,
  );
  const losing = differences.filter(({ losesData }) => losesData).length;
  const count = (change: Difference["change"]) =>
    differences.filter((difference) => difference.change === change).length;
  const summary = `${count("added")} to add, ${count("changed")} to change, ${count("removed")} to remove${losing > 0 ? `; ${losing} of them lose data` : ""}.`;
  return `${[...lines, summary].join("\n")}\n`;
}
