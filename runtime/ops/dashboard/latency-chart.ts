import { html } from "hono/html";
import { cell, counted, type Html, numberCell, stateLabel, table, time, whole } from "./parts.ts";

interface Measured {
  at: string;
  /** Absent where nothing answered. */
  milliseconds?: number;
}

const width = 720;
const height = 200;
const left = 60;
const bottom = 24;

/** Response times over time: a line that breaks where nothing answered, with a mark there. */
export function latencyChart(points: readonly Measured[]): Html {
  const known = points.flatMap(({ milliseconds }) => (milliseconds === undefined ? [] : [milliseconds]));
  const top = niceAbove(Math.max(1, ...known));
  const times = points.map(({ at }) => Date.parse(at));
  const [begin = 0, end = 0] = [times[0], times.at(-1)];
  const x = (at: number) => round(left + ((at - begin) / Math.max(1, end - begin)) * (width - left - 8));
  const y = (value: number) => round(height - bottom - (value / top) * (height - bottom - 12));
  let line = "";
  let misses = "";
  let drawing = false;
  for (const [index, { milliseconds }] of points.entries()) {
    const at = x(times[index] ?? begin);
    if (milliseconds === undefined) misses += `M${at} ${height - bottom}v-12`;
    // A line of no length is a dot: one that stands alone is seen, too.
    else line += `${drawing ? "L" : "M"}${at} ${y(milliseconds)}${drawing ? "" : "h0"}`;
    drawing = milliseconds !== undefined;
  }
  const rule = (value: number) =>
    html`<path class="axis" d="M${left} ${y(value)}H${width - 8}"/><text x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${whole(value)} ms</text>`;
  return html`<svg class="chart" role="img" aria-label="${inWords(points, known)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
${[0, top / 2, top].map(rule)}
<text x="${left}" y="${height - 6}">${clock(begin)}</text><text x="${width - 8}" y="${height - 6}" text-anchor="end">${clock(end)}</text>
<path class="line" d="${line}"/>${misses === "" ? "" : html`<path class="miss" d="${misses}"/>`}
</svg>`;
}

/** The same as a table, newest first. */
export const latencyTable = (points: readonly Measured[]): Html =>
  table(
    "Response times",
    ["Time", { number: "Answered after" }],
    points
      .toReversed()
      .map(({ at, milliseconds }) =>
        milliseconds === undefined
          ? html`${cell(time(at))}<td class="number">${stateLabel({ tone: "bad", word: "no answer" })}</td>`
          : html`${cell(time(at))}${numberCell(`${whole(Math.round(milliseconds))} ms`)}`,
      ),
  );

function inWords(points: readonly Measured[], known: readonly number[]): string {
  const sorted = known.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  const missed = points.length - known.length;
  const half =
    middle === undefined
      ? ""
      : `, half of them within ${whole(Math.round(middle))} ms, the slowest ${whole(Math.round(sorted.at(-1) ?? 0))} ms`;
  return `Response times of ${counted(points.length, "check")}${half}${missed > 0 ? `, ${whole(missed)} without an answer` : ""}`;
}

/** 1, 2 or 5 times a power of ten. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}

const round = (value: number): number => Math.round(value * 10) / 10;
const clock = (at: number): string => `${new Date(at).toISOString().slice(5, 16).replace("T", " ")}`;
