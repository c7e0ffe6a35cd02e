import { html } from "hono/html";
import type { ChildGroup, IncidentRow, RolloutRow, ServiceOverview, State } from "./dashboard-data.ts";
import { counted, type Html, stateLabel } from "./parts.ts";

export interface Fleet {
  incidents?: { rows: IncidentRow[]; total: number };
  overview?: ServiceOverview;
  children?: ChildGroup[];
  rollouts?: RolloutRow[];
}

export const sumOf = (all: readonly { count: number }[]): number => all.reduce((sum, { count }) => sum + count, 0);

/** The fleet in one sentence: what is wrong, the worst first, or that nothing is. */
export function headlineOf({ incidents, overview, children, rollouts }: Fleet): State {
  const counts = overview?.counts ?? [];
  const of = (tone: State["tone"]) => counts.filter((count) => count.tone === tone && count.count > 0);
  const words: string[] = [];
  if (overview?.blindSince !== undefined) words.push("The plane is blind: it sees no service at all");
  if (incidents !== undefined && incidents.total > 0) {
    const [worst] = incidents.rows;
    const others = incidents.total - 1;
    words.push(
      `${counted(incidents.total, "open incident")}${worst === undefined ? "" : `: ${worst.title}${others > 0 ? ` and ${counted(others, "other")}` : ""}`}`,
    );
  }
  for (const { count, word } of [...of("bad"), ...of("warning")]) words.push(`${counted(count, "service")} ${word}`);
  const halted = (rollouts ?? []).filter(({ state }) => state.tone === "bad").length;
  if (halted > 0) words.push(`${counted(halted, "rollout")} halted`);
  const overdue = sumOf((children ?? []).filter((group) => group.overdue));
  if (overdue > 0) words.push(`${counted(overdue, "child", "children")} overdue`);
  const grave =
    of("bad").length > 0 ||
    halted > 0 ||
    (incidents?.rows ?? []).some(({ severity }) => severity === "critical" || severity === "major");
  const expected =
    overview === undefined || overview.maintenance === 0
      ? ""
      : ` ${counted(overview.maintenance, "service")} in maintenance, where trouble is expected.`;
  if (words.length > 0) return { tone: grave ? "bad" : "warning", word: `${words.join("; ")}.${expected}` };
  const unseen = sumOf(of("unknown"));
  const all = sumOf(counts);
  if (unseen > 0) {
    const word = `No trouble is known, but the plane cannot see ${counted(unseen, "service")} of ${all}.${expected}`;
    return { tone: "unknown", word };
  }
  if (all + sumOf(children ?? []) === 0) return { tone: "unknown", word: "Nothing has been seen yet." };
  return { tone: "good", word: `All systems operational${expected === "" ? "" : `.${expected}`}` };
}

export const headline = (state: State): Html =>
  html`<div id="headline" role="status" class="headline ${state.tone}">${stateLabel(state)}</div>
`;
