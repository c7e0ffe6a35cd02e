import { html } from "hono/html";
import { bindingGraph } from "./binding-graph.ts";
import type { IncidentRow, ServicePage } from "./dashboard-data.ts";
import { dayBars, dayTable } from "./day-bars.ts";
import { age } from "./fleet-view.ts";
import { headline } from "./headline.ts";
import { incidentList } from "./incident-list.ts";
import { latencyChart, latencyTable } from "./latency-chart.ts";
import { address, cell, facts, type Html, name, nothing, part, percent, table, time } from "./parts.ts";
import { view } from "./view.ts";

interface Model {
  service: ServicePage;
  incidents?: IncidentRow[];
}

/** `/services/{name}` */
export const serviceView = view<Model>({
  path: "/services/:name",
  has: ({ services }) => services !== undefined,
  async load({ data, visible, name }) {
    const service = await data.services?.find(visible, name);
    if (service === undefined) return undefined;
    const incidents = await data.incidents?.list(visible, { subject: service.name }, { limit: 10 });
    return { service, ...(incidents !== undefined && { incidents: incidents.rows }) };
  },
  title: ({ service }) => `${service.name}: ${service.state.word}`,
  render: ({ service, incidents }, { now }) => html`<h1 id="title">${name(service.name)}</h1>
${headline({ ...service.state, word: `${service.name} is ${service.state.word}` })}
${age(service.asOf, now)}
${incidents === undefined ? "" : part("incidents", "Incidents", incidents.length === 0 ? nothing("There was none.") : html`${incidentList(incidents)}<p><a href="${address("/incidents", { subject: service.name })}">All incidents of this service</a></p>`)}
${part("days", "Health by day", days(service))}
${part("latency", "Response times", service.latency.length === 0 ? nothing("Nothing was measured yet.") : html`${latencyChart(service.latency)}<details><summary>The same as a table</summary>${latencyTable(service.latency)}</details>`)}
${part("deployments", "Deployments of its family", deployments(service))}
${part("bindings", "Bindings", bindingGraph(service))}
${part("facts", "What is known of it", facts([["Family", name(service.family)], ["Address", service.url ?? "none"], ...service.facts]))}`,
});

const days = ({ days, up }: ServicePage): Html =>
  days.length === 0
    ? nothing("Nothing was seen yet.")
    : html`<p>Up ${percent(up)} of the time that was seen in the last ${days.length} days.</p>${dayBars(days, up)}
<details><summary>The same as a table</summary>${dayTable(days)}</details>`;

const deployments = ({ deployments }: ServicePage): Html =>
  deployments.length === 0
    ? nothing("None in the last thirty days.")
    : table(
        "Deployments, newest first",
        ["Time", "What", "Who"],
        deployments.map(({ at, what, who }) => html`${cell(time(at))}${cell(name(what))}${cell(name(who))}`),
      );
