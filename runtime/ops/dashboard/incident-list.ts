import { html } from "hono/html";
import type { IncidentRow } from "./dashboard-data.ts";
import { counted, type Html, link, name, severityLabel, stateLabel, time } from "./parts.ts";

/** Incidents as a list of boxes, the first things to read. */
export const incidentList = (rows: readonly IncidentRow[]): Html =>
  html`<ul class="incidents">${rows.map(
    (one) => html`<li><strong>${link(`/incidents/${encodeURIComponent(one.id)}`, one.title)}</strong>
<p>${severityLabel(one.severity)} · ${stateLabel(one.state)} · ${name(one.family)}${one.subject === undefined ? "" : html` · ${name(one.subject)}`}</p>
<p class="soft">Since ${time(one.openedAt)}, ${counted(one.signals, "signal")}, ${one.owner === undefined ? "nobody’s yet" : html`${name(one.owner)} takes care of it`}.</p></li>
`,
  )}</ul>`;
