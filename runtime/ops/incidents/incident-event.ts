import type { CloudEvent } from "../../../contracts/ops-events.ts";
import type { Incident, TimelineEntry } from "../../../contracts/ops-incidents.ts";

/** What happened to an incident: what is told to others. */
export type IncidentNews = Exclude<TimelineEntry["what"], "notified" | "silenced">;

/** What happened to an incident, as an event: `cc.chitty.incident.<what>`, with the incident as it is then. */
export function incidentEvent(
  incident: Incident,
  what: IncidentNews,
  { number, at, actor }: TimelineEntry & { number: number },
  planeUrl: string,
): CloudEvent {
  return {
    specversion: "1.0",
    id: `${incident.id}/${number}`,
    source: `${planeUrl}/api/v1/incidents`,
    type: `cc.chitty.incident.${what}`,
    subject: incident.id,
    time: at,
    datacontenttype: "application/json",
    family: incident.family,
    data: { incident, by: actor },
  };
}
