import { html } from "hono/html";
import { type DayHealth, type Tone, tones } from "./dashboard-data.ts";
import { cell, counted, type Html, numberCell, percent, rowHead, stateLabel, table } from "./parts.ts";

const height = 24;
/** The worse, the higher: what is wrong can be seen without its colour. */
const heights: Record<Tone, number> = { bad: 24, warning: 19, good: 12, paused: 7, unknown: 4 };

/** Days as bars, one path for each tone, so that ninety days cost a few hundred bytes. */
export function dayBars(days: readonly DayHealth[], share: number | undefined): Html {
  const paths = tones.map((tone) => {
    const bars = days.flatMap(({ state }, at) =>
      state.tone === tone ? [`M${at * 4} ${height - heights[tone]}h3v${heights[tone]}h-3z`] : [],
    );
    return bars.length === 0 ? "" : html`<path class="${tone}" d="${bars.join("")}"/>`;
  });
  return html`<svg class="days" role="img" aria-label="${inWords(days, share)}" viewBox="0 0 ${days.length * 4} ${height}" preserveAspectRatio="none">${paths}</svg>`;
}

function inWords(days: readonly DayHealth[], share: number | undefined): string {
  const counts = new Map<string, number>();
  for (const { state } of days) counts.set(state.word, (counts.get(state.word) ?? 0) + 1);
  const said = [...counts].map(([word, count]) => `${counted(count, "day")} ${word}`).join(", ");
  return `${counted(days.length, "day")}, up ${percent(share)}: ${said}`;
}

/** The same days as a table, newest first. */
export const dayTable = (days: readonly DayHealth[]): Html =>
  table(
    "Health by day",
    ["Day", "Health", { number: "Up" }],
    days
      .toReversed()
      .map(({ day, state, up }) => html`${rowHead(day)}${cell(stateLabel(state))}${numberCell(percent(up))}`),
  );
