import { html } from "hono/html";
import type { OpsAuditRecord } from "../../../contracts/ops-audit.ts";
import type { EventRow, Page, State } from "./dashboard-data.ts";
import { defined } from "./fleet-view.ts";
import { cell, name, nothing, numberCell, pager, part, stateLabel, table, time } from "./parts.ts";
import { searchForm } from "./search-form.ts";
import { pageSize, view } from "./view.ts";

/** `/events` */
export const eventsView = view<Page<EventRow>>({
  path: "/events",
  inNavigation: "Events",
  has: ({ events }) => events !== undefined,
  load: async ({ data, visible, query }) =>
    data.events?.list(visible, defined({ topic: query("topic") }), {
      ...defined({ after: query("after") }),
      limit: pageSize,
    }),
  title: () => "Events",
  render: ({ rows, next }, { query }) => html`<h1 id="title">Events</h1>
${searchForm("Filter the events", [
  html`<label class="wide">Type begins with <input name="topic" maxlength="200" value="${query("topic") ?? ""}"></label>`,
])}
${part(
  "list",
  "Events, newest first",
  rows.length === 0
    ? nothing("There is none like this.")
    : html`${table(
        "Events",
        [{ number: "Number" }, "Time", "Type", "Source", "Subject", "Data"],
        rows.map(
          (one) =>
            html`${numberCell(String(one.sequence))}${cell(time(one.at))}${cell(name(one.type))}${cell(name(one.source))}${cell(name(one.subject ?? "–"))}<td>${one.data === "" ? "–" : html`<details><summary>Show<span class="hidden"> the data of event ${one.sequence}</span></summary><pre>${one.data}</pre></details>`}</td>`,
        ),
      )}${pager("/events", { topic: query("topic"), after: query("after") }, next)}`,
)}`,
});

const outcomes: Record<OpsAuditRecord["outcome"], State> = {
  done: { tone: "good", word: "done" },
  refused: { tone: "warning", word: "refused" },
  failed: { tone: "bad", word: "failed" },
};

/** `/audit`: of those who may see all families. */
export const auditView = view<Page<OpsAuditRecord> & { head: { sequence: number; digest: string } }>({
  path: "/audit",
  inNavigation: "Audit",
  ofAllFamilies: true,
  has: ({ audit }) => audit !== undefined,
  load: async ({ data, visible, query }) =>
    visible === "all" ? data.audit?.list({ ...defined({ after: query("after") }), limit: pageSize }) : undefined,
  title: () => "Audit trail",
  render: ({ rows, next, head }, { query }) => html`<h1 id="title">Audit trail</h1>
<p id="head">${head.sequence} records; the digest of the last is <code>${head.digest}</code>. <code>chittyops audit verify</code> proves that none is missing or changed.</p>
${part(
  "list",
  "Records, newest first",
  rows.length === 0
    ? nothing("There is none.")
    : html`${table(
        "Records of the audit trail",
        [{ number: "Number" }, "Time", "Who", "What", "Of what", "Outcome", "Details"],
        rows.map(
          (one) =>
            html`${numberCell(String(one.sequence))}${cell(time(one.at))}<td>${name(one.actor.id)} <span class="soft">${one.actor.kind}</span></td>${cell(name(one.action))}${cell(name(one.subject))}${cell(stateLabel(outcomes[one.outcome]))}${cell(
              name(
                Object.entries(one.details)
                  .map(([key, value]) => `${key} ${value}`)
                  .join(", "),
              ),
            )}`,
        ),
      )}${pager("/audit", { after: query("after") }, next)}`,
)}`,
});
