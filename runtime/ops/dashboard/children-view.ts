import { html } from "hono/html";
import { childTotals, versionTable } from "./child-counts.ts";
import type { ChildGroup, ChildRow, Page } from "./dashboard-data.ts";
import { defined } from "./fleet-view.ts";
import { cell, type Html, name, nothing, pager, part, rowHead, stateLabel, table, time } from "./parts.ts";
import { options, searchForm } from "./search-form.ts";
import { pageSize, view } from "./view.ts";

/** `/children`: by version and last tick. Counts are kept by the shards, rows come in pages. */
export const childrenView = view<{ groups: ChildGroup[]; list: Page<ChildRow> }>({
  path: "/children",
  inNavigation: "Children",
  has: ({ children }) => children !== undefined,
  async load({ data: { children }, visible, query }) {
    if (children === undefined) return undefined;
    const filter = { family: query("family"), search: query("q"), state: query("state"), version: query("version") };
    const [groups, list] = await Promise.all([
      children.groups(visible),
      children.list(visible, defined(filter), { ...defined({ after: query("after") }), limit: pageSize }),
    ]);
    return { groups, list };
  },
  title: () => "Children",
  render: ({ groups, list }, { query }) => {
    const asked = { family: query("family"), q: query("q"), state: query("state"), version: query("version") };
    const distinct = (of: (group: ChildGroup) => string) => [...new Set(groups.map(of))].sort();
    const own = groups.filter(({ family }) => asked.family === undefined || family === asked.family);
    return html`<h1 id="title">Children</h1>
${childTotals(groups, asked)}
${searchForm("Search the children", [
  html`<label class="wide">Name begins with <input type="search" name="q" maxlength="100" value="${asked.q ?? ""}"></label>`,
  options(
    "Family",
    "family",
    distinct(({ family }) => family),
    asked.family,
  ),
  options(
    "State",
    "state",
    distinct(({ state }) => state.word),
    asked.state,
  ),
  html`<label>Version <input name="version" maxlength="100" value="${asked.version ?? ""}"></label>`,
])}
${part("versions", "By version", own.length === 0 ? nothing("There is none yet.") : versionTable(own, asked))}
${part(
  "list",
  "Children by name",
  list.rows.length === 0
    ? nothing("There is none like this.")
    : html`${childTable(list.rows)}${pager("/children", { ...asked, after: query("after") }, list.next)}`,
)}`;
  },
});

const childTable = (rows: readonly ChildRow[]): Html =>
  table(
    "Children",
    ["Child", "Family", "State", "Version", "Last tick"],
    rows.map(
      (one) =>
        html`${rowHead(name(one.child))}${cell(name(one.family))}${cell(stateLabel(one.state))}${cell(name(one.version ?? "–"))}${cell(time(one.lastTick))}`,
    ),
  );
