import { html } from "hono/html";
import { childTotals, familyTable } from "./child-counts.ts";
import type { ChildGroup, Count, RolloutRow, ServiceOverview } from "./dashboard-data.ts";
import { dayBars } from "./day-bars.ts";
import { type Fleet, headline, headlineOf, sumOf } from "./headline.ts";
import { incidentList } from "./incident-list.ts";
import {
  address,
  cell,
  counted,
  type Html,
  link,
  name,
  nothing,
  numberCell,
  pager,
  part,
  percent,
  rowHead,
  stateLabel,
  table,
  time,
  whole,
} from "./parts.ts";
import { pageSize, type ViewContext, view } from "./view.ts";

const shownIncidents = 5;
const shownRollouts = 10;

/** `/`: the fleet at a glance. */
export const fleetView = view<Fleet>({
  path: "/",
  inNavigation: "Fleet",
  has: () => true,
  async load({ data, visible, query }) {
    const filter = { family: query("family"), state: query("state") };
    const [incidents, overview, children, rollouts] = await Promise.all([
      data.incidents?.open(visible, shownIncidents),
      data.services?.overview(visible, defined(filter), { ...defined({ after: query("after") }), limit: pageSize }),
      data.children?.groups(visible),
      data.rollouts?.running(visible, shownRollouts),
    ]);
    return defined({ incidents, overview, children, rollouts });
  },
  title: (fleet) => headlineOf(fleet).word,
  render: (fleet, context) => html`<h1 id="title">The fleet</h1>
${headline(headlineOf(fleet))}
${age(fleet.overview?.asOf, context.now)}
${fleet.incidents === undefined || fleet.incidents.total === 0 ? "" : openIncidents(fleet.incidents)}
${fleet.rollouts === undefined || fleet.rollouts.length === 0 ? "" : rolloutPart(fleet.rollouts)}
${fleet.overview === undefined ? "" : servicePart(fleet.overview, context)}
${fleet.children === undefined || fleet.children.length === 0 ? "" : childPart(fleet.children)}
${fleet.overview === undefined && fleet.children === undefined && fleet.incidents === undefined ? part("none", "Parts", nothing("This plane keeps no services, children or incidents yet.")) : ""}`,
});

/** Without what is undefined. */
export function defined<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;
}

/** How old the data is; the script goes on counting. */
export function age(asOf: string | undefined, now: number): Html {
  if (asOf === undefined) return html``;
  const seconds = Math.max(0, Math.round((now - Date.parse(asOf)) / 1_000));
  return html`<p id="age" class="soft">Health as of ${time(asOf)}, <span class="age" data-since="${asOf}">${seconds} s</span> old.</p>
`;
}

const openIncidents = ({ rows, total }: NonNullable<Fleet["incidents"]>): Html =>
  part(
    "incidents",
    counted(total, "open incident"),
    html`${incidentList(rows)}${total > rows.length ? html`<p><a href="/incidents?state=open">All ${whole(total)} open incidents</a></p>` : ""}`,
  );

const rolloutPart = (rollouts: readonly RolloutRow[]): Html =>
  part(
    "rollouts",
    "Rollouts",
    table(
      "Rollouts that are not finished",
      ["Rollout", "Families", "State", "Wave", "Applied, of those that it was offered to", { number: "Failed" }],
      rollouts.map(
        (one) =>
          html`${rowHead(name(one.name))}${cell(name(one.families.join(", ")))}
<td>${stateLabel(one.state)}${one.reason === undefined ? "" : html`<br>${name(one.reason)}`}</td>
${cell(`${one.wave} of ${one.waves}, to ${one.percent} %`)}
<td><progress max="${Math.max(1, one.offered)}" value="${one.applied}" aria-label="${`Applied of ${one.name}`}">${one.applied}</progress> ${whole(one.applied)} of ${whole(one.offered)}</td>
${numberCell(whole(one.failed))}`,
      ),
    ),
  );

function servicePart({ counts, families, services }: ServiceOverview, { query }: ViewContext): Html {
  const filter = { family: query("family"), state: query("state") };
  const byFamily = Map.groupBy(services.rows, ({ family }) => family);
  return part(
    "services",
    "Services",
    html`${filterLinks(counts, filter)}
${[...byFamily].map(
  ([
    family,
    rows,
  ]) => html`<h3>${name(family)} ${familyWords(families.find((one) => one.family === family)?.counts ?? [])}</h3>
<ul class="services">${rows.map(
    (
      row,
    ) => html`<li><span>${link(`/services/${encodeURIComponent(row.name)}`, row.name)}</span><span>${stateLabel(row.state)}</span>
<span>${dayBars(row.days, row.up)}</span><span>${percent(row.up)}</span></li>
`,
  )}</ul>
`,
)}
${services.rows.length === 0 ? nothing("No service is like this.") : html`<p class="soft">Bars are the last ${services.rows[0]?.days.length ?? 0} days, the latest at the right; the higher a bar, the worse the day. Each service has them as a table.</p>`}
${pager("/", { ...filter, after: query("after") }, services.next)}`,
  );
}

const familyWords = (counts: readonly Count[]): Html =>
  html`<small class="soft">${counts
    .filter(({ count }) => count > 0)
    .map(({ count, word }) => `${whole(count)} ${word}`)
    .join(", ")}</small>`;

/** How many there are of each state; each is a link that shows only those. */
function filterLinks(
  counts: readonly Count[],
  filter: { family: string | undefined; state: string | undefined },
): Html {
  const all = sumOf(counts);
  const one = (state: string | undefined, content: Html) =>
    html`<li>${filter.state === state ? html`<a href="${address("/", { ...filter, state })}" aria-current="true">${content}</a>` : html`<a href="${address("/", { ...filter, state })}">${content}</a>`}</li>`;
  return html`<ul class="counts" aria-label="Services by state">${one(undefined, html`All ${whole(all)}`)}${counts
    .filter(({ count }) => count > 0)
    .map((count) => one(count.word, html`${stateLabel(count)} ${whole(count.count)}`))}</ul>`;
}

const childPart = (groups: readonly ChildGroup[]): Html =>
  part("children", "Children", html`${childTotals(groups)}${familyTable(groups)}`);
