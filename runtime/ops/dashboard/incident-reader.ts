import {
  type Incident,
  type IncidentDetail,
  type IncidentReview,
  type incidentStates,
  severities,
} from "../../../contracts/ops-incidents.ts";
import type { Remote } from "../../storage/object-namespace.ts";
import type { IncidentObject } from "../incidents/incident-object.ts";
import type { IncidentPage, IncidentReader, IncidentRow, State } from "./dashboard-data.ts";

const states: Record<(typeof incidentStates)[number], State> = {
  open: { tone: "bad", word: "open" },
  acknowledged: { tone: "warning", word: "acknowledged" },
  resolved: { tone: "good", word: "resolved" },
};

export const incidentReader = (desk: Remote<IncidentObject>): IncidentReader => ({
  async open(families, limit) {
    const { counts, incidents } = await desk.list({ families, state: "current", limit });
    const total = counts.open + counts.acknowledged;
    if (total <= limit) {
      const graver = (a: Incident, b: Incident) => severities.indexOf(a.severity) - severities.indexOf(b.severity);
      return { rows: incidents.toSorted(graver).map(rowOf), total };
    }
    const rows: IncidentRow[] = [];
    for (const severity of severities) {
      if (rows.length >= limit || (counts.bySeverity[severity] ?? 0) === 0) continue;
      const page = await desk.list({ families, state: "current", severity, limit: limit - rows.length });
      rows.push(...page.incidents.map(rowOf));
    }
    return { rows, total };
  },
  async list(families, { open, ...filter }, { after, limit }) {
    const state = open === undefined ? undefined : open ? "current" : "resolved";
    const known = after !== undefined && /^inc-\d{1,15}$/.test(after) ? after : undefined;
    const { incidents, next } = await desk.list({ families, state, ...filter, after: known, limit });
    return { rows: incidents.map(rowOf), ...(next !== undefined && { next }) };
  },
  async find(families, id) {
    const found = await desk.get(id, families);
    return found && pageOf(found);
  },
});

function rowOf(one: Incident): IncidentRow {
  return {
    id: one.id,
    title: one.title,
    severity: one.severity,
    family: one.family,
    state: states[one.state],
    open: one.state !== "resolved",
    openedAt: one.openedAt,
    signals: one.signals,
    ...(one.subject !== undefined && { subject: one.subject }),
    ...(one.resolvedAt !== undefined && { resolvedAt: one.resolvedAt }),
    ...(one.owner !== undefined && { owner: one.owner }),
  };
}

function pageOf(one: IncidentDetail): IncidentPage {
  return {
    ...rowOf(one),
    acknowledged: one.state !== "open",
    description: one.description,
    source: one.source,
    timeline: one.timeline.map(({ at, actor, what, text }) => ({ at, who: actor.id, what, text })),
    changes: one.changes,
    subjects: one.subjects,
    ...(one.runbook !== undefined && { runbook: one.runbook }),
    ...(one.resolution !== undefined && { resolution: one.resolution }),
    ...(one.review !== undefined && { review: reviewOf(one.review) }),
  };
}

function reviewOf({ summary, cause, impact, actions }: IncidentReview): [string, string][] {
  const rows: [string, string][] = [
    ["Summary", summary],
    ["Cause", cause],
    ["Impact", impact],
    ...actions.map(({ what, owner }): [string, string] => ["To do", owner === undefined ? what : `${what} (${owner})`]),
  ];
  return rows.filter(([, text]) => text !== "");
}
