import { html } from "hono/html";
import type { ChildGroup } from "./dashboard-data.ts";
import { sumOf } from "./headline.ts";
import { address, counted, type Html, link, numberCell, rowHead, stateLabel, table, whole } from "./parts.ts";

/** How many children there are, and how many of them did not come when they were expected. */
export function childTotals(groups: readonly ChildGroup[], asked: Record<string, string | undefined> = {}): Html {
  const late = groups.filter(({ overdue }) => overdue);
  const count = sumOf(late);
  const overdue =
    late[0] === undefined
      ? "none overdue"
      : html`<a href="${address("/children", { ...asked, state: late[0].state.word })}">${stateLabel({ ...late[0].state, word: `${whole(count)} overdue` })}</a>`;
  return html`<p id="totals">${counted(sumOf(groups), "child", "children")}, ${overdue}.</p>
`;
}

export const familyTable = (groups: readonly ChildGroup[]): Html =>
  table(
    "Children by family",
    ["Family", { number: "Children" }, "By state"],
    [...Map.groupBy(groups, ({ family }) => family)].map(
      ([family, own]) =>
        html`${rowHead(link(address("/children", { family }), family))}${numberCell(whole(sumOf(own)))}<td>${[
          ...Map.groupBy(own, ({ state }) => state.word),
        ].map(([word, alike]) => {
          const tone = alike[0]?.state.tone ?? "unknown";
          return html`<a href="${address("/children", { family, state: word })}">${stateLabel({ tone, word: `${whole(sumOf(alike))} ${word}` })}</a> `;
        })}</td>`,
    ),
  );

const shownVersions = 20;

/** The commonest first. */
export function versionTable(groups: readonly ChildGroup[], asked: Record<string, string | undefined>): Html {
  const all = sumOf(groups);
  const versions = [...Map.groupBy(groups, ({ version }) => version)]
    .map(([version, alike]) => ({ version, count: sumOf(alike) }))
    .sort((a, b) => b.count - a.count);
  const others = versions.slice(shownVersions);
  return html`${table(
    "Children by version",
    ["Version", { number: "Children" }, "Share"],
    versions
      .slice(0, shownVersions)
      .map(
        ({ version, count }) =>
          html`${rowHead(version === "" ? "not said" : link(address("/children", { ...asked, version }), version))}${numberCell(whole(count))}<td><progress max="${all}" value="${count}" aria-label="${version === "" ? "not said" : version}">${count}</progress></td>`,
      ),
  )}${others.length === 0 ? "" : html`<p class="soft">And ${counted(others.length, "other version")} with ${counted(sumOf(others), "child", "children")}.</p>`}`;
}
