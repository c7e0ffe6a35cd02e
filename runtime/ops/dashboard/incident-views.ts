import { html } from "hono/html";
import { severities } from "../../../contracts/ops-incidents.ts";
import { may } from "../operators/operator-of.ts";
import type { IncidentPage, IncidentRow, Page } from "./dashboard-data.ts";
import { defined } from "./fleet-view.ts";
import { headline } from "./headline.ts";
import {
  cell,
  facts,
  type Html,
  link,
  name,
  nothing,
  pager,
  part,
  rowHead,
  severityLabel,
  stateLabel,
  table,
  time,
} from "./parts.ts";
import { options, searchForm } from "./search-form.ts";
import { pageSize, type ViewContext, view } from "./view.ts";

/** `/incidents` */
export const incidentsView = view<Page<IncidentRow>>({
  path: "/incidents",
  inNavigation: "Incidents",
  has: ({ incidents }) => incidents !== undefined,
  async load({ data, visible, query }) {
    const state = query("state");
    const severity = severities.find((one) => one === query("severity"));
    const filter = defined({
      open: state === "open" ? true : state === "resolved" ? false : undefined,
      severity,
      subject: query("subject"),
    });
    return data.incidents?.list(visible, filter, { ...defined({ after: query("after") }), limit: pageSize });
  },
  title: () => "Incidents",
  render: ({ rows, next }, { query }) => {
    const asked = { state: query("state"), severity: query("severity"), subject: query("subject") };
    const form = searchForm("Filter the incidents", [
      options("State", "state", ["open", "resolved"], asked.state),
      options("Severity", "severity", severities, asked.severity),
      html`<label>About <input name="subject" maxlength="200" value="${asked.subject ?? ""}"></label>`,
    ]);
    return html`<h1 id="title">Incidents</h1>
${form}
${part("list", "Incidents, newest first", rows.length === 0 ? nothing("There is none like this.") : html`${incidentTable(rows)}${pager("/incidents", { ...asked, after: query("after") }, next)}`)}`;
  },
});

const incidentTable = (rows: readonly IncidentRow[]): Html =>
  table(
    "Incidents",
    ["Incident", "Severity", "State", "Family", "About", "Opened", "Resolved", "Owner"],
    rows.map(
      (one) =>
        html`${rowHead(link(`/incidents/${encodeURIComponent(one.id)}`, one.title))}${cell(severityLabel(one.severity))}${cell(stateLabel(one.state))}${cell(name(one.family))}${cell(name(one.subject ?? "–"))}${cell(time(one.openedAt))}${cell(one.resolvedAt === undefined ? "–" : time(one.resolvedAt))}${cell(name(one.owner ?? "–"))}`,
    ),
  );

/** `/incidents/{id}` */
export const incidentView = view<IncidentPage>({
  path: "/incidents/:name",
  has: ({ incidents }) => incidents !== undefined,
  load: async ({ data, visible, name }) => data.incidents?.find(visible, name),
  title: ({ title }) => title,
  render: (one, context) => html`<h1 id="title">${name(one.title)}</h1>
${headline({ ...one.state, word: `${one.severity} incident, ${one.state.word}` })}
${context.problem === undefined ? "" : html`<p id="problem" class="problem" role="alert">${context.problem}</p>`}
${one.open ? actions(one, context) : ""}
${part("facts", "What is known", facts(known(one)))}
${one.description === "" ? "" : part("description", "Description", html`<p class="text">${one.description}</p>`)}
${part(
  "changes",
  "Changes in the hour before",
  one.changes.length === 0
    ? nothing("None is known.")
    : table(
        "Changes",
        ["Time", "Of what", "What"],
        one.changes.map(({ at, subject, text }) => html`${cell(time(at))}${cell(name(subject))}${cell(name(text))}`),
      ),
)}
${part("timeline", "Timeline", timeline(one))}
${one.review === undefined ? "" : part("review", "Review", facts(one.review.map(([heading, text]) => [heading, html`<span class="text">${text}</span>`])))}`,
});

function known(one: IncidentPage): [string, Html | string][] {
  const rows: [string, Html | string | undefined][] = [
    ["Number", html`<code>${one.id}</code>`],
    ["Family", name(one.family)],
    ["About", one.subject && name(one.subject)],
    ["Raised by", name(one.source)],
    ["Owner", name(one.owner ?? "nobody yet")],
    ["Opened", time(one.openedAt)],
    ["Resolved", one.resolvedAt && time(one.resolvedAt)],
    ["How it ended", one.resolution && html`<span class="text">${one.resolution}</span>`],
    ["Signals", String(one.signals)],
    [
      "Affected",
      one.subjects.length > 1 ? html`${one.subjects.map((subject) => html`${name(subject)}<br>`)}` : undefined,
    ],
    ["Runbook", one.runbook && runbook(one.runbook)],
  ];
  return rows.flatMap(([term, value]) => (value === undefined ? [] : [[term, value]]));
}

/** A link only where it leads to a web page: an address may be anything that somebody sent. */
const runbook = (where: string): Html =>
  /^https:\/\//i.test(where) ? html`<a href="${where}" rel="noreferrer">${where}</a>` : html`<code>${where}</code>`;

const timeline = ({ timeline }: IncidentPage): Html =>
  html`<ol class="timeline">${timeline.map(
    ({ at, who, what, text }) =>
      html`<li>${time(at)} <strong>${what}</strong> by ${name(who)}${text === "" ? "" : html`: <span class="text">${text}</span>`}</li>
`,
  )}</ol>`;

/** What an operator may do about it. Each form carries its own idempotency key: sent twice, it is done once. */
function actions(one: IncidentPage, { operator, formToken, formKey }: ViewContext): Html {
  if (!may(operator, "operator", one.family)) return html``;
  const form = (action: string, title: string, field: Html) =>
    html`<form method="post" action="/incidents/${encodeURIComponent(one.id)}/${action}">
<input type="hidden" name="token" value="${formToken}"><input type="hidden" name="key" value="${formKey}">${field}<button>${title}</button></form>`;
  const text = (label: string, field: string) =>
    html`<label class="wide">${label} <input name="${field}" maxlength="2000" required></label>`;
  return part(
    "actions",
    "What to do",
    html`${one.acknowledged ? "" : form("ack", "Acknowledge", html``)}${form("note", "Add the note", text("Note", "text"))}${form("escalate", "Escalate", text("Why more help is needed", "reason"))}${form("resolve", "Resolve", text("What ended it", "resolution"))}`,
  );
}
