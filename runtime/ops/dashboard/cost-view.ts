import { html } from "hono/html";
import type { CostFinding, CostRow, Page, State } from "./dashboard-data.ts";
import { defined } from "./fleet-view.ts";
import {
  cell,
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
  whole,
} from "./parts.ts";
import { pageSize, view } from "./view.ts";

const shownFindings = 20;

/** `/cost`: what services do and cost, and what could be cheaper. */
export const costView = view<{ list: Page<CostRow>; findings: CostFinding[] }>({
  path: "/cost",
  inNavigation: "Cost",
  has: ({ costs }) => costs !== undefined,
  async load({ data: { costs }, visible, query }) {
    if (costs === undefined) return undefined;
    const [list, findings] = await Promise.all([
      costs.list(visible, { ...defined({ after: query("after") }), limit: pageSize }),
      costs.findings(visible, shownFindings),
    ]);
    return { list, findings };
  },
  title: () => "Cost",
  render: ({ list, findings }, { query }) => html`<h1 id="title">Cost</h1>
${part(
  "list",
  "The last thirty days, by service",
  list.rows.length === 0
    ? nothing("Nothing was measured yet.")
    : html`${costTable(list.rows)}${pager("/cost", { after: query("after") }, list.next)}`,
)}
${findings.length === 0 ? "" : part("findings", "What could be better", findingTable(findings))}`,
});

const costTable = (rows: readonly CostRow[]): Html =>
  table(
    "What services do, and what it costs by list price, before what the plan includes",
    [
      "Service",
      { number: "Requests" },
      { number: "Errors" },
      { number: "19 of 20 answered within" },
      { number: "CPU time" },
      { number: "Cost" },
      "Budget of the month",
    ],
    rows.map(
      (one) =>
        html`${rowHead(link(`/services/${encodeURIComponent(one.service)}`, one.service))}${numberCell(whole(one.requests))}${numberCell(one.requests === 0 ? "–" : percent(one.errorRate))}${numberCell(one.slow === undefined ? "–" : `${whole(Math.round(one.slow))} ms`)}${numberCell(`${whole(Math.round(one.cpuMilliseconds / 1_000))} s`)}${numberCell(dollars(one.dollars))}${cell(one.budget === undefined ? "none" : budgetOf(one.budget))}`,
    ),
  );

function budgetOf({ spent, dollars: most }: NonNullable<CostRow["budget"]>): Html {
  const state: State = spent > most ? { tone: "bad", word: "overspent" } : { tone: "good", word: "within" };
  return html`${stateLabel(state)} ${dollars(spent)} of ${dollars(most)}`;
}

const findingTable = (findings: readonly CostFinding[]): Html =>
  table(
    "What measuring found, and what to do about it",
    ["Service", "Found", "Remedy", "In the catalog"],
    findings.map(
      (one) =>
        html`${rowHead(name(one.service))}${cell(name(one.found))}${cell(name(one.remedy))}<td>${one.change === undefined ? "–" : html`<pre>${one.change}</pre>`}</td>`,
    ),
  );

const dollars = (amount: number): string =>
  `$${amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
